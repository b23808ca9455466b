import { resourceFromAttributes } from '@opentelemetry/resources';
import { DataPointType, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProvider } from './provider.ts';
import { temporalityOf } from './temporality.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 0, 2, 12);

class PushReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: temporalityOf });
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

beforeEach(() => void vi.useFakeTimers({ now: NOON, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

/** Values by name of the metric. */
function valuesOf({ scopeMetrics }: ResourceMetrics): Record<string, unknown> {
  const metrics = scopeMetrics.flatMap(({ metrics }) => metrics);
  return Object.fromEntries(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value]));
}

it.each(['pull', 'push'])('gauges go on when the clock is set back, and counters count on, of the %s reader', async (which) => {
  const push = new PushReader();
  const nothing = { collect: () => Promise.resolve({ resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics: [] }, errors: [] }) };
  const provider = createProvider({ resource: resourceFromAttributes({}), producer: nothing, readers: [push] });
  const collect = async () => valuesOf((await (which === 'pull' ? provider.collect() : push.collect())).resourceMetrics);
  let now = 1;
  // As src/metrics/self does it.
  const gauge = provider.meter.createGauge('gauge');
  provider.meter.createObservableCounter('counter').addCallback((result) => {
    gauge.record(now);
    result.observe(10 * now);
  });
  expect(await collect()).toEqual({ gauge: 1, counter: 10 });
  for (const hours of [-2, 3, -1]) {
    vi.setSystemTime(Date.now() + hours * HOUR_MS);
    now += 1;
    expect(await collect()).toEqual({ gauge: now, counter: 10 * now });
  }
  await provider.close();
});

it('what a reader gets is still a gauge', async () => {
  const nothing = { collect: () => Promise.resolve({ resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics: [] }, errors: [] }) };
  const provider = createProvider({ resource: resourceFromAttributes({}), producer: nothing });
  provider.meter.createGauge('gauge').record(1);
  const { resourceMetrics } = await provider.collect();
  expect(resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPointType).toBe(DataPointType.GAUGE);
  await provider.close();
});
