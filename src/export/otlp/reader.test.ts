import { AggregationTemporality, AggregationType, MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { collection, counter, pointsOf } from './fixtures.ts';
import { PushReader, type PushReaderOptions } from './reader.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const second = 1000;
const minute = 60 * second;

/** A reader on a counter that grows with each collection, and what becomes of its exports. */
function reader(options: Partial<PushReaderOptions> = {}) {
  const start = performance.now();
  const exports: [atSecond: number, value: unknown][] = [];
  const limits: number[] = [];
  const results: unknown[] = [];
  let collections = 0;
  const world = { answer: (): Promise<void> => Promise.resolve(), closed: 0 };
  const producer: MetricProducer = {
    collect: () => Promise.resolve({ resourceMetrics: collection(counter('a', { x: ++collections })), errors: [] }),
  };
  const pushed = new PushReader({
    producer,
    interval: minute,
    timeout: 30 * second,
    prepare: (batches) => batches,
    sender: {
      async send(batches, end) {
        const sent = [...batches];
        if (sent.length === 0) return 0;
        exports.push([(performance.now() - start) / second, pointsOf(...sent)[0]?.[1]]);
        limits.push((end - performance.now()) / second);
        await world.answer();
        return sent.length;
      },
      close: () => void (world.closed += 1),
    },
    onExport: (error) => results.push(error instanceof Error ? error.message : error),
    onIncomplete: (error) => results.push(error),
    timeLeft: () => 10 * second,
    selectAggregation: () => ({ type: AggregationType.DEFAULT }),
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    ...options,
  });
  const provider = new MeterProvider({ readers: [pushed] });
  return { provider, exports, limits, results, world };
}

const failing = () => Promise.reject(new Error('refused'));
const never = () => new Promise<void>(() => {});

it('exports soon after the start, then once per interval, each time anew', async () => {
  const { exports, limits, results } = reader();
  await vi.advanceTimersByTimeAsync(2 * minute);
  expect(exports).toEqual([[5, 1], [60, 2], [120, 3]]);
  expect(limits).toEqual([30, 30, 30]);
  expect(results).toEqual([undefined, undefined, undefined]);
});

it('exports first after a short interval', async () => {
  const { exports } = reader({ interval: second });
  await vi.advanceTimersByTimeAsync(2 * second);
  expect(exports.map(([at]) => at)).toEqual([1, 2]);
});

it('while exports fail tries again after 1, 2, 4, 4, ... seconds; the next one carries what is true then', async () => {
  const { exports, limits, results, world } = reader();
  world.answer = failing;
  await vi.advanceTimersByTimeAsync(22 * second);
  expect(exports.map(([at]) => at)).toEqual([5, 6, 8, 12, 16, 20]);
  expect(limits).toEqual([30, 5, 5, 5, 5, 5]);
  world.answer = () => Promise.resolve();
  await vi.advanceTimersByTimeAsync(minute);
  expect(exports.slice(6)).toEqual([[24, 7], [60, 8]]);
  expect(results.slice(4)).toEqual(['refused', 'refused', undefined, undefined]);
});

it('agents do not try again in step: a pause is up to a quarter shorter', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { exports, world } = reader();
  world.answer = failing;
  await vi.advanceTimersByTimeAsync(9 * second);
  expect(exports.map(([at]) => at)).toEqual([5, 5.75, 7.25]);
});

it('one export at a time: an interval that comes meanwhile is passed over', async () => {
  const { exports, world } = reader({ interval: second });
  world.answer = never;
  await vi.advanceTimersByTimeAsync(20 * second);
  expect(exports.length).toBe(1);
});

it('what could not be collected is told, and the rest is sent', async () => {
  const errors = [new Error('a callback')];
  const resourceMetrics = collection(counter('a', { x: 1 }));
  const { exports, results } = reader({ producer: { collect: () => Promise.resolve({ resourceMetrics, errors }) } });
  await vi.advanceTimersByTimeAsync(5 * second);
  expect(exports).toEqual([[5, 1]]);
  expect(results).toEqual([new AggregateError(errors, 'metrics are incomplete'), undefined]);
});

it('an export of nothing is neither a success nor a failure', async () => {
  const { exports, results } = reader({ producer: { collect: () => Promise.resolve({ resourceMetrics: collection(), errors: [] }) } });
  await vi.advanceTimersByTimeAsync(minute);
  expect([exports, results]).toEqual([[], []]);
});

it('a collection that fails is an export that failed', async () => {
  const { exports, results } = reader({ producer: { collect: () => Promise.reject(new Error('no metrics')) } });
  await vi.advanceTimersByTimeAsync(5 * second);
  expect(exports).toEqual([]);
  expect(results).toEqual(['no metrics']);
});

it('exports once more when it is shut down, and never after', async () => {
  const { provider, exports, limits, world } = reader();
  await provider.shutdown();
  expect(exports).toEqual([[0, 1]]);
  expect(limits).toEqual([10]);
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(exports.length).toBe(1);
  expect(world.closed).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not try again when the last export fails', async () => {
  const { provider, exports, results, world } = reader();
  world.answer = failing;
  await provider.shutdown();
  await vi.advanceTimersByTimeAsync(minute);
  expect([exports.length, results]).toEqual([1, ['refused']]);
});

it('gives half of what is left to an export under way, then tries the last one', async () => {
  const { provider, exports, limits, world } = reader();
  world.answer = never;
  await vi.advanceTimersByTimeAsync(5 * second);
  world.answer = () => Promise.resolve();
  const down = provider.shutdown();
  await vi.advanceTimersByTimeAsync(5 * second);
  await down;
  expect(exports).toEqual([[5, 1], [10, 2]]);
  expect(limits).toEqual([30, 5]);
});

it('a last export has a second when nothing is left', async () => {
  const { provider, limits } = reader({ timeLeft: () => -1 });
  await provider.shutdown();
  expect(limits).toEqual([1]);
});

it('forceFlush exports at once', async () => {
  const { provider, exports } = reader();
  await provider.forceFlush();
  expect(exports).toEqual([[0, 1]]);
});
