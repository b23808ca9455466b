import { AggregationTemporality, DataPointType, type Histogram, type HistogramMetricData, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { Deltas } from './delta.ts';
import { collection, counter, pointsOf } from './fixtures.ts';

const all = (deltas: Deltas, ...batches: ReturnType<typeof collection>[]) => pointsOf(...deltas.of(batches));

it('sends what has grown since the last export, from its end on', () => {
  const deltas = new Deltas({ counters: true });
  expect(all(deltas, collection(counter('a', { x: 5, y: 1 })))).toEqual([['a/x', 5], ['a/y', 1]]);
  const [batch] = deltas.of([collection(counter('a', { x: 7, y: 1, z: 3 }, { end: 3 }))]);
  expect(pointsOf(batch!)).toEqual([['a/x', 2], ['a/y', 0], ['a/z', 3]]);
  const metric = batch!.scopeMetrics[0]!.metrics[0] as SumMetricData;
  expect(metric.aggregationTemporality).toBe(AggregationTemporality.DELTA);
  expect(metric.dataPoints.map(({ startTime }) => startTime[0])).toEqual([2, 2, 1]);
});

it('what an export that failed carried is in the next one; what was taken of it is not', () => {
  const deltas = new Deltas({ counters: true });
  const batches = deltas.of([collection(counter('a', { x: 5 })), collection(counter('b', { x: 7 }))]);
  batches.next();
  batches.next();
  // As a for loop that is left by an error: the first was taken, the second was not.
  batches.return(undefined);
  expect(all(deltas, collection(counter('a', { x: 6 })), collection(counter('b', { x: 8 })))).toEqual([['a/x', 1], ['b/x', 8]]);
});

it('a series that was retired and comes back begins anew; one that is gone is forgotten', () => {
  const deltas = new Deltas({ counters: true });
  all(deltas, collection(counter('a', { x: 5 })));
  expect(all(deltas, collection(counter('a', { x: 2 }, { start: 9 })))).toEqual([['a/x', 2]]);
  all(deltas, collection(counter('b', { x: 1 })));
  expect(all(deltas, collection(counter('a', { x: 4 }, { start: 9 })))).toEqual([['a/x', 4]]);
});

const histogram = (counts: number[], sum: number): HistogramMetricData => {
  const value: Histogram = { buckets: { boundaries: [1, 2], counts }, sum, count: counts.reduce((a, b) => a + b), min: 0, max: 3 };
  return { ...counter('h', { x: 0 }), dataPointType: DataPointType.HISTOGRAM, dataPoints: [{ startTime: [1, 0], endTime: [2, 0], attributes: {}, value }] };
};

it('histograms too, and nothing else for lowmemory', () => {
  const deltas = new Deltas({ counters: false });
  all(deltas, collection(histogram([1, 0, 2], 7), counter('a', { x: 5 })));
  expect(all(deltas, collection(histogram([1, 4, 3], 15), counter('a', { x: 6 })))).toEqual([
    ['h/undefined', { buckets: { boundaries: [1, 2], counts: [0, 4, 1] }, sum: 8, count: 5 }],
    ['a/x', 6],
  ]);
});

it('gauges and sums that go down stay as they are', () => {
  const deltas = new Deltas({ counters: true });
  const sum = { ...counter('u', { x: 5 }), isMonotonic: false } as SumMetricData;
  all(deltas, collection(sum));
  const [batch] = deltas.of([collection(sum)]);
  expect(batch!.scopeMetrics[0]!.metrics[0]).toBe(sum);
});
