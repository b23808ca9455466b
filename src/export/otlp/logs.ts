import { SeverityNumber, type Attributes } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { SCOPE } from '../../metrics/index.ts';
import { resourceOf } from '../provider.ts';
import type { Connection, CreateExporter } from './exporters/connection.ts';

// The only module that loads the SDK of logs. Import it only when logs are pushed.

export interface OtlpLogsOptions extends Connection {
  readonly version: string;
  /** Of `loadLogExporter`. */
  readonly exporter: CreateExporter<LogRecordExporter>;
  /** One request, milliseconds. */
  readonly requestTimeout: number;
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

/** Loads the exporter of one protocol only. */
export async function loadLogExporter(protocol: 'grpc' | 'http/protobuf'): Promise<CreateExporter<LogRecordExporter>> {
  const { logExporter } = await (protocol === 'grpc' ? import('./exporters/logs-grpc.ts') : import('./exporters/logs-http.ts'));
  return logExporter;
}

/** Pushes records by OTLP, in batches. Records that the collector does not accept are lost and counted. */
export function otlpLogs(options: OtlpLogsOptions): OtlpLogs {
  const { version, requestTimeout, onExport } = options;
  const exporter = new RenewedExporter(() => options.exporter(options, requestTimeout), onExport);
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
