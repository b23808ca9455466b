import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { AggregationTemporality, AggregationType, InstrumentType } from '@opentelemetry/sdk-metrics';
import { PushReader, type PushReaderOptions } from './otlp-reader.ts';
import { Sender } from './otlp-sender.ts';

// The one module that loads the exporter and gRPC: to be imported only when metrics are pushed.

export interface OtlpReaderOptions extends Pick<PushReaderOptions, 'producer' | 'interval' | 'timeout' | 'onExport' | 'onIncomplete' | 'timeLeft'> {
  /** One request, milliseconds. */
  readonly requestTimeout: number;
  /** Histograms with exponential buckets, where the collector takes them. */
  readonly exponentialHistograms: boolean;
  /** First product of the user agent: `connwatch/1.2.3`. */
  readonly userAgent: string;
}

/**
 * A reader that pushes by OTLP/gRPC. The exporter reads its variables itself:
 * endpoint, headers, TLS, compression.
 */
export function otlpReader(options: OtlpReaderOptions): PushReader {
  const { requestTimeout, userAgent, exponentialHistograms } = options;
  const sender = new Sender(() => new OTLPMetricExporter({ timeoutMillis: requestTimeout, userAgent }));
  const exponential = (type: InstrumentType): boolean => exponentialHistograms && type === InstrumentType.HISTOGRAM;
  return new PushReader({
    ...options,
    sender,
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    selectAggregation: (type) => ({ type: exponential(type) ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT }),
  });
}
