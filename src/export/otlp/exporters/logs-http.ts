import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { Connection } from './connection.ts';
import { explaining, HttpConnection } from './http.ts';

// Import it only when logs are pushed over HTTP.

export function logExporter(connection: Connection, timeout: number): LogRecordExporter {
  return new HttpLogExporter(new HttpConnection(connection, timeout));
}

class HttpLogExporter extends OTLPLogExporter {
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection) {
    super(connection.options);
    this.#connection = connection;
  }

  override export(...[records, done]: Parameters<OTLPLogExporter['export']>): void {
    super.export(records, explaining(done));
  }

  /** Waits for a running request first: records are sent once. */
  override async shutdown(): Promise<void> {
    await super.shutdown();
    this.#connection.close();
  }
}
