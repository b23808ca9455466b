import { Metadata } from '@grpc/grpc-js';

/** Headers as gRPC takes them; of two with one name the last. */
export function metadataOf(headers: readonly (readonly [name: string, value: string])[]): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of headers) metadata.set(name, value);
  return metadata;
}
