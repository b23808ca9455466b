import { basename } from 'node:path';
import type { Called } from './called.ts';
import { inspect } from './docker.ts';

/** Asks a runtime about a container by its id; undefined: it has none by this id. */
export interface Inspector {
  readonly inspect: (id: string, signal: AbortSignal) => Promise<Called | undefined>;
  close(): void;
}

/** Of the runtime that has this socket: `containerd.sock` is containerd's, any other one Docker's or podman's. */
export async function inspectorOf(socketPath: string): Promise<Inspector> {
  if (!basename(socketPath).startsWith('containerd')) return { inspect: (id, signal) => inspect(socketPath, id, signal), close: () => {} };
  const { Containerd } = await import('./containerd.ts');
  const containerd = new Containerd(socketPath);
  return { inspect: (id, signal) => containerd.inspect(id, signal), close: () => containerd.close() };
}
