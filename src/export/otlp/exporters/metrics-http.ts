import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Connection } from './connection.ts';
import { explaining, HttpConnection } from './http.ts';

// Import it only when metrics are pushed over HTTP.

export function metricExporter(connection: Connection, timeout: number): PushMetricExporter {
  return new HttpMetricExporter(new HttpConnection(connection, timeout));
}

class HttpMetricExporter extends OTLPMetricExporter {
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection) {
    super(connection.options);
    this.#connection = connection;
  }

  override export(...[metrics, done]: Parameters<OTLPMetricExporter['export']>): void {
    super.export(metrics, explaining(done));
  }

  override shutdown(): Promise<void> {
    this.#connection.close();
    return super.shutdown();
  }
}
