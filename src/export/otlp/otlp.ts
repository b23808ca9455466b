import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { AggregationType, InstrumentType } from '@opentelemetry/sdk-metrics';
import { temporalityOf } from '../temporality.ts';
import { credentialsOf, type Tls } from './credentials.ts';
import { Deltas } from './delta.ts';
import { metadataOf } from './metadata.ts';
import { PushReader, type PushReaderOptions } from './reader.ts';
import { Sender } from './sender.ts';
import { urlOf } from './url.ts';

// The only module that loads the exporter and gRPC. Import it only when metrics are pushed.

export interface OtlpReaderOptions extends Pick<PushReaderOptions, 'producer' | 'interval' | 'timeout' | 'onExport' | 'onIncomplete' | 'timeLeft'> {
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** One request, milliseconds. */
  readonly requestTimeout: number;
  /** Values of counters: since the start of the series, or since the last export. */
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  /** Use exponential buckets. */
  readonly exponentialHistograms: boolean;
  /** More headers, which override those of variables. Called for each new exporter. */
  readonly headers: () => Parameters<typeof metadataOf>[0];
  /** undefined: plain text. Called for each new exporter. */
  readonly tls: () => Tls | undefined;
  /** Beginning of the user agent: `connwatch/1.2.3`. */
  readonly userAgent: string;
}

/**
 * A reader that pushes by OTLP/gRPC. The exporter reads its variables itself:
 * endpoint, headers, compression.
 */
export function otlpReader(options: OtlpReaderOptions): PushReader {
  const { endpoint, requestTimeout, headers, tls, userAgent, exponentialHistograms, temporality } = options;
  const sender = new Sender(() => new OTLPMetricExporter({ ...urlOf(endpoint), timeoutMillis: requestTimeout, userAgent, metadata: metadataOf(headers()), credentials: credentialsOf(tls()) }));
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
