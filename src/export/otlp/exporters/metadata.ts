import { Metadata } from '@grpc/grpc-js';

/** Headers for gRPC. Of two with the same name, the last one counts. */
export function metadataOf(headers: readonly (readonly [name: string, value: string])[]): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of headers) metadata.set(name, value);
  return metadata;
}
