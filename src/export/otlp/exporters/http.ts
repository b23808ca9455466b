import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { Connection } from './connection.ts';
import { explained } from './http-error.ts';

/** Options that the exporters of both signals share. */
export type HttpOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/**
 * Connections of one exporter over HTTP. The exporter repeats a request that may succeed
 * later, within its time-out. `close` ends that: old values must not arrive after newer
 * ones.
 */
export class HttpConnection {
  readonly options: HttpOptions;
  readonly #agent: HttpAgent;
  #closed = false;

  /** @param timeout of one request with its repetitions, milliseconds */
  constructor({ url, compression, headers, tls, userAgent }: Connection, timeout: number) {
    const files = tls();
    const sent = Object.fromEntries(headers());
    this.#agent = files === undefined ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true, ...files });
    this.options = {
      ...(url !== undefined && { url }),
      compression: compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
      timeoutMillis: Math.max(1, timeout),
      userAgent,
      // The exporter asks before each request, also before a repeated one.
      headers: () => (this.#closed ? Promise.reject(new Error('the exporter is closed')) : Promise.resolve({ ...sent })),
      httpAgentOptions: () => this.#agent,
    };
  }

  /** Aborts what runs. */
  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }
}

/** Passes a result on, with an error that people understand. */
export function explaining(done: (result: ExportResult) => void): (result: ExportResult) => void {
  return (result) => done(result.code === ExportResultCode.SUCCESS ? result : { ...result, error: explained(result.error) });
}
