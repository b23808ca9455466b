import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

/** Contents of files in PEM format. */
export interface Tls {
  /** undefined: the system's authorities */
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** Credentials for gRPC. The exporter itself would ignore a file that it cannot read. */
export function credentialsOf(tls: Tls | undefined): ChannelCredentials {
  return tls === undefined ? credentials.createInsecure() : credentials.createSsl(tls.ca, tls.key, tls.cert);
}
