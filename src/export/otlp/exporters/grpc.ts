import type { ChannelCredentials, Metadata } from '@grpc/grpc-js';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { Connection } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import { metadataOf } from './metadata.ts';
import { urlOf } from './url.ts';

export interface GrpcOptions {
  readonly url?: string;
  readonly timeoutMillis: number;
  readonly userAgent: string;
  readonly compression: CompressionAlgorithm;
  readonly metadata: Metadata;
  readonly credentials: ChannelCredentials;
}

/** Options of an exporter over gRPC. It reads endpoint and headers from the variables itself. */
export function grpcOptions({ endpoint, compression, headers, tls, userAgent }: Connection, timeoutMillis: number): GrpcOptions {
  return { ...urlOf(endpoint), timeoutMillis, userAgent, compression: compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE, metadata: metadataOf(headers()), credentials: credentialsOf(tls()) };
}
