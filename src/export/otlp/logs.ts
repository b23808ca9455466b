import { SeverityNumber, type Attributes } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { SCOPE } from '../../metrics/index.ts';
import { resourceOf } from '../provider.ts';
import { credentialsOf, type Tls } from './credentials.ts';
import { metadataOf } from './metadata.ts';
import { urlOf } from './url.ts';

// The only module that loads the SDK of logs and its exporter. Import it only when logs are pushed.

export interface OtlpLogsOptions {
  readonly version: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** One request, milliseconds. */
  readonly requestTimeout: number;
  readonly userAgent: string;
  /** More headers, which override those of variables. Called for each new exporter. */
  readonly headers: () => Parameters<typeof metadataOf>[0];
  /** undefined: plain text. Called for each new exporter. */
  readonly tls: () => Tls | undefined;
  /** Called after each export: undefined, or why it failed. The records of a failed export are lost. */
  readonly onExport: (error: unknown) => void;
}

export interface OtlpLogs {
  /** @param time Unix milliseconds */
  push(time: number, attributes: Attributes): void;
  close(): Promise<void>;
}

/** Limit of the queue. Above it the oldest records are dropped. */
const QUEUE = 2048;
const DELAY = 1000;
/** The name of the event is stable; its body, for people, may change. */
const EVENT = 'connwatch.connect.failed';

/** Pushes records by OTLP/gRPC, in batches. Records that the collector does not accept are lost and counted. */
export function otlpLogs(options: OtlpLogsOptions): OtlpLogs {
  const { version, endpoint, requestTimeout, headers, tls, userAgent, onExport } = options;
  const exporter = new RenewedExporter(() => new OTLPLogExporter({ ...urlOf(endpoint), timeoutMillis: requestTimeout, userAgent, metadata: metadataOf(headers()), credentials: credentialsOf(tls()) }), onExport);
  const processor = new BatchLogRecordProcessor({ exporter, maxQueueSize: QUEUE, scheduledDelayMillis: DELAY, exportTimeoutMillis: requestTimeout });
  const provider = new LoggerProvider({ resource: resourceOf({ version }), processors: [processor] });
  const logger = provider.getLogger(SCOPE, version);
  return {
    push: (time, attributes) =>
      logger.emit({ eventName: EVENT, timestamp: time, severityNumber: SeverityNumber.WARN, severityText: 'WARN', body: 'connect failed', attributes }),
    close: () => provider.shutdown(),
  };
}

/** Creates a new exporter, and so a new channel, after a failure (see Sender). */
class RenewedExporter implements LogRecordExporter {
  readonly #create: () => LogRecordExporter;
  readonly #onExport: (error: unknown) => void;
  #exporter: LogRecordExporter | undefined;

  constructor(create: () => LogRecordExporter, onExport: (error: unknown) => void) {
    this.#create = create;
    this.#onExport = onExport;
  }

  export(records: ReadableLogRecord[], done: (result: ExportResult) => void): void {
    let exporter: LogRecordExporter;
    try {
      exporter = this.#exporter ??= this.#create();
    } catch (error) {
      this.#onExport(error);
      done({ code: ExportResultCode.FAILED, ...(error instanceof Error && { error }) });
      return;
    }
    exporter.export(records, (result) => {
      const failed = result.code !== ExportResultCode.SUCCESS;
      this.#onExport(failed ? (result.error ?? new Error('the exporter gives no reason')) : undefined);
      if (failed && this.#exporter === exporter) {
        this.#exporter = undefined;
        exporter.shutdown().catch(() => {});
      }
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#exporter?.shutdown();
  }
}
