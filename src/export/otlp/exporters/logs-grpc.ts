import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { Connection } from './connection.ts';
import { grpcOptions } from './grpc.ts';

// Loads gRPC. Import it only when logs are pushed over it.

export function logExporter(connection: Connection, timeout: number): LogRecordExporter {
  return new OTLPLogExporter(grpcOptions(connection, timeout));
}
