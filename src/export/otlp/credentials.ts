import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

/** Contents of files in PEM format. */
export interface Tls {
  /** undefined: the system's authorities */
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** What gRPC takes. The exporter would read the files by itself, and go on without one that it may not read. */
export function credentialsOf(tls: Tls | undefined): ChannelCredentials {
  return tls === undefined ? credentials.createInsecure() : credentials.createSsl(tls.ca, tls.key, tls.cert);
}
