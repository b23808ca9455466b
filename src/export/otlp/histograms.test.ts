import type { ExponentialHistogram, Histogram, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { Bench, processInfo } from '../../metrics/fixtures.ts';
import { Deltas } from './delta.ts';
import { exponentialDifference } from './difference.ts';
import { collection } from './fixtures.ts';
import { split } from './split.ts';

const NAME = 'connwatch.tcp.connect.duration';

/** A collector with histograms, and what a reader that pushes gets of them. */
class Pushed extends Bench {
  async batch(): Promise<ResourceMetrics> {
    return collection(await this.family(NAME, 'push'));
  }

  connects(id: number, ...handshake: number[]): void {
    this.window({ rows: [[this.keys.client(id, processInfo(id, 'curl'), `10.0.0.${id}`), { success: handshake.length, handshake }]] });
  }
}

const valuesOf = (batches: Iterable<ResourceMetrics>): Histogram[] => [...batches].flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric: MetricData) => metric.dataPoints.map(({ value }) => value as Histogram))));

const filled = ({ buckets, sum, count }: Histogram) => ({ sum, count, buckets: Object.fromEntries(buckets.counts.flatMap((each, index) => (each === 0 ? [] : [[buckets.boundaries[index] ?? Infinity, each]]))) });

describe('histograms of connections over OTLP', () => {
  it('are differences where delta is wanted, of each series since it was sent', async () => {
    const bench = new Pushed();
    const deltas = new Deltas({ counters: false });
    bench.connects(1, 0.25, 0.5);
    expect(valuesOf(deltas.of([await bench.batch()])).map(filled)).toEqual([{ sum: 0.75, count: 2, buckets: { 0.25: 1, 0.5: 1 } }]);
    bench.connects(1, 0.5);
    bench.connects(2, 200);
    expect(valuesOf(deltas.of([await bench.batch()])).map(filled)).toEqual([
      { sum: 0.5, count: 1, buckets: { 0.5: 1 } },
      { sum: 200, count: 1, buckets: { Infinity: 1 } },
    ]);
    expect(valuesOf(deltas.of([await bench.batch()])).map(filled)).toEqual([
      { sum: 0, count: 0, buckets: {} },
      { sum: 0, count: 0, buckets: {} },
    ]);
  });

  it('are split like other points, and nothing is lost of them', async () => {
    const bench = new Pushed();
    for (let id = 1; id <= 50; id++) bench.connects(id, id);
    const batches = [...split(await bench.batch(), { bytes: 4096 })];
    expect(batches.length).toBeGreaterThan(5);
    expect(valuesOf(batches).map(({ sum }) => sum)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  describe('with exponential buckets', () => {
    const ofAll = async (bench: Pushed, deltas?: Deltas): Promise<ExponentialHistogram[]> => {
      const batch = await bench.batch();
      return valuesOf(deltas?.of([batch]) ?? [batch]) as unknown as ExponentialHistogram[];
    };

    it('have the same times, each in the bucket that the data model gives it', async () => {
      const bench = new Pushed({ exponential: true });
      bench.connects(1, 0.25, 0.26, 1e-7, 2 ** 15);
      expect(await ofAll(bench)).toEqual([
        {
          count: 4,
          sum: 0.25 + 0.26 + 1e-7 + 2 ** 15,
          scale: 2,
          // Below 1 µs.
          zeroCount: 1,
          // 0.25 s is the upper bound of bucket -9; above all, in the last bucket.
          positive: { offset: -9, bucketCounts: [1, 1, ...new Array<number>(62).fill(0), 1] },
          negative: { offset: 0, bucketCounts: [] },
        },
      ]);
    });

    it('are differences where delta is wanted', async () => {
      const bench = new Pushed({ exponential: true });
      const deltas = new Deltas({ counters: false });
      bench.connects(1, 1, 4);
      await ofAll(bench, deltas);
      bench.connects(1, 0.5, 4);
      expect(await ofAll(bench, deltas)).toMatchObject([{ count: 2, sum: 4.5, positive: { offset: -5, bucketCounts: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] } }]);
    });

    it('are differences of a histogram whose scale the SDK has lowered meanwhile', () => {
      const at = (scale: number, count: number, offset: number, bucketCounts: number[]): ExponentialHistogram => ({ count, sum: count, scale, zeroCount: 0, positive: { offset, bucketCounts }, negative: { offset: 0, bucketCounts: [] } });
      // Buckets -3, -2, -1, 0 and 1 at scale 2 are in -1, -1, -1, 0 and 0 at scale 0.
      expect(exponentialDifference(at(0, 9, -1, [5, 3, 1]), at(2, 5, -3, [1, 1, 1, 1, 1]))).toEqual(at(0, 4, -1, [2, 1, 1]));
    });

    it('stay explicit on the page', async () => {
      const bench = new Pushed({ exponential: true });
      bench.connects(1, 0.25);
      expect(Object.values(await bench.histograms(NAME)).map(filled)).toEqual([{ sum: 0.25, count: 1, buckets: { 0.25: 1 } }]);
    });
  });
});
