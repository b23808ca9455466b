import { AggregationType, InstrumentType, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { temporalityOf } from '../temporality.ts';
import { Deltas } from './delta.ts';
import type { Connection, CreateExporter } from './exporters/connection.ts';
import { PushReader, type PushReaderOptions } from './reader.ts';
import { Sender } from './sender.ts';

// Import it only when metrics are pushed.

type Protocol = 'grpc' | 'http/protobuf';

export interface OtlpReaderOptions extends Connection, Pick<PushReaderOptions, 'producer' | 'interval' | 'timeout' | 'onExport' | 'onIncomplete' | 'timeLeft'> {
  readonly protocol: Protocol;
  /** Of `loadMetricExporter`. */
  readonly exporter: CreateExporter<PushMetricExporter>;
  /** One request, milliseconds. */
  readonly requestTimeout: number;
  /** Values of counters: since the start of the series, or since the last export. */
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  /** Use exponential buckets. */
  readonly exponentialHistograms: boolean;
}

/** Loads the exporter of one protocol only: gRPC costs memory. */
export async function loadMetricExporter(protocol: Protocol): Promise<CreateExporter<PushMetricExporter>> {
  const { metricExporter } = await (protocol === 'grpc' ? import('./exporters/metrics-grpc.ts') : import('./exporters/metrics-http.ts'));
  return metricExporter;
}

/**
 * A reader that pushes by OTLP. A gRPC exporter is kept until it fails. One over HTTP
 * serves a single export: it repeats requests by itself, within a time-out that must end
 * before the export's.
 */
export function otlpReader(options: OtlpReaderOptions): PushReader {
  const { protocol, exporter, requestTimeout, exponentialHistograms, temporality } = options;
  const keep = protocol === 'grpc';
  const sender = new Sender((left) => exporter(options, keep ? requestTimeout : Math.min(requestTimeout, left)), { keep });
  const exponential = (type: InstrumentType): boolean => exponentialHistograms && type === InstrumentType.HISTOGRAM;
  const deltas = temporality === 'cumulative' ? undefined : new Deltas({ counters: temporality === 'delta' });
  return new PushReader({
    ...options,
    sender,
    prepare: (batches) => deltas?.of(batches) ?? batches,
    selectAggregationTemporality: temporalityOf,
    selectAggregation: (type) => ({ type: exponential(type) ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT }),
  });
}
