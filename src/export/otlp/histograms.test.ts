import type { Histogram, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { Bench, processInfo } from '../../metrics/fixtures.ts';
import { Deltas } from './delta.ts';
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
});
