import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, MeterProvider, type MetricProducer, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { ValueType } from '@opentelemetry/api';
import { afterEach, expect, it, vi } from 'vitest';
import { loadLogExporter, otlpLogs } from '../../src/export/otlp/logs.ts';
import { loadMetricExporter, otlpReader } from '../../src/export/otlp/otlp.ts';
import { Receiver } from './receiver.ts';

afterEach(() => vi.unstubAllEnvs());

// As the settings have it; the variable is what the exporter reads by itself.
const endpoint = 'http://127.0.0.1:80';
const COMMON = { endpoint, url: undefined, compression: 'none' as const, requestTimeout: 10_000, userAgent: 'connwatch/test', tls: () => undefined, headers: () => [] };

const metric: SumMetricData = {
  descriptor: { name: 'a.counter', description: '', unit: '', valueType: ValueType.INT },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
  dataPointType: DataPointType.SUM,
  isMonotonic: true,
  dataPoints: [{ startTime: [1, 0], endTime: [2, 0], attributes: {}, value: 7 }],
};
const resourceMetrics = { resource: resourceFromAttributes({}), scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] };
const producer: MetricProducer = { collect: () => Promise.resolve({ resourceMetrics, errors: [] }) };

// A URL of http drops its port 80, and gRPC without a port takes 443.
it('a collector on port 80 is pushed to', async ({ skip }) => {
  const started = await Receiver.start({ port: 80 }).catch((error: unknown) => String(error));
  if (typeof started === 'string') return skip(`port 80 is not to be had: ${started}`);
  await using receiver = started;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const results: unknown[] = [];
  const onExport = (error: unknown) => results.push(error);

  const reader = otlpReader({
    ...COMMON,
    protocol: 'grpc',
    exporter: await loadMetricExporter('grpc'),
    producer,
    interval: 3_600_000,
    timeout: 30_000,
    temporality: 'cumulative',
    exponentialHistograms: false,
    onExport,
    onIncomplete: onExport,
    timeLeft: () => 30_000,
  });
  const provider = new MeterProvider({ readers: [reader] });
  await provider.forceFlush();
  await provider.shutdown();
  const logs = otlpLogs({ ...COMMON, exporter: await loadLogExporter('grpc'), version: 'test', onExport });
  logs.push(Date.now(), { 'error.type': 'refused' });
  await logs.close();

  expect(new Set(results)).toEqual(new Set([undefined]));
  expect(receiver.sum('a.counter')).toBe(7);
  expect(receiver.records.length).toBe(1);
});
