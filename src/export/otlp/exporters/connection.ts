import type { Tls } from './credentials.ts';

/** Where an exporter sends, and how. */
export interface Connection {
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** Where http/protobuf posts; undefined with grpc. */
  readonly url: string | undefined;
  readonly compression: 'none' | 'gzip';
  /** More headers, which override those of variables. Called for each new exporter. */
  readonly headers: () => readonly (readonly [name: string, value: string])[];
  /** undefined: plain text. Called for each new exporter. */
  readonly tls: () => Tls | undefined;
  /** Beginning of the user agent: `connwatch/1.2.3`. */
  readonly userAgent: string;
}

/** @param timeout of one request, milliseconds */
export type CreateExporter<T> = (connection: Connection, timeout: number) => T;
