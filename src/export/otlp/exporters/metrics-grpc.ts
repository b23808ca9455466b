import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Connection } from './connection.ts';
import { grpcOptions } from './grpc.ts';

// Loads gRPC. Import it only when metrics are pushed over it.

export function metricExporter(connection: Connection, timeout: number): PushMetricExporter {
  return new OTLPMetricExporter(grpcOptions(connection, timeout));
}
