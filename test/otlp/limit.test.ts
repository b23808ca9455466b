import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, MeterProvider, type MetricProducer, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it, vi } from 'vitest';
import { loadMetricExporter, otlpReader } from '../../src/export/otlp/otlp.ts';
import { Receiver } from './receiver.ts';

afterEach(() => vi.unstubAllEnvs());

// A default receiver refuses a message above 4 MiB, and the whole export would be lost.
it.each([
  ['attributes as they are', 'application', 20_000],
  ['the longest names that a process can have', '\\xff'.repeat(255), 20_000],
])('20,000 series are pushed to a receiver of 4 MiB: %s', async (_, name, count) => {
  await using receiver = await Receiver.start();
  const endpoint = `http://127.0.0.1:${receiver.port}`;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const metric: SumMetricData = {
    descriptor: { name: 'a.counter', description: 'Of many series', unit: '{connection}', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: Array.from({ length: count }, (__, index) => ({
      startTime: [1, 0],
      endTime: [2, 0],
      attributes: {
        'process.executable.name': `${name}${index}`,
        'server.address': '2001:db8:1234:5678:9abc:def0:1234:5678',
        'server.port': `${index}`,
        'network.type': 'ipv6',
        'network.io.direction': 'transmit',
        'error.type': 'address_unavailable',
      },
      value: index,
    })),
  };
  const resourceMetrics = { resource: resourceFromAttributes({}), scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] };
  const producer: MetricProducer = { collect: () => Promise.resolve({ resourceMetrics, errors: [] }) };
  const results: unknown[] = [];
  const reader = otlpReader({
    producer,
    endpoint,
    protocol: 'grpc',
    exporter: await loadMetricExporter('grpc'),
    url: undefined,
    compression: 'none',
    interval: 3_600_000,
    timeout: 30_000,
    requestTimeout: 10_000,
    temporality: 'cumulative',
    exponentialHistograms: false,
    userAgent: 'connwatch/test',
    tls: () => undefined,
    headers: () => [],
    onExport: (error) => results.push(error),
    onIncomplete: (error) => results.push(error),
    timeLeft: () => 30_000,
  });
  const provider = new MeterProvider({ readers: [reader] });
  await provider.forceFlush();
  expect(results).toEqual([undefined]);
  expect(receiver.sum('a.counter')).toBe((count * (count - 1)) / 2);
  expect(receiver.requests.flatMap(({ points }) => points).length).toBe(count);
  for (const { bytes } of receiver.requests) expect(bytes).toBeLessThan(4 << 20);
  await provider.shutdown();
});
