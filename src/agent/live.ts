import { oneLine } from '../internal/errors.ts';
import type { Logger } from '../internal/log/log.ts';
import { LiveSocket, namedWorkloads, Recent, type Routes } from '../live/index.ts';
import type { KernelSource, KernelSourceOptions } from '../live/kernel-source.ts';

export interface OpenLive {
  close(): Promise<void>;
}

const NOTHING: OpenLive = { close: () => Promise.resolve() };

/** Serves live views on a Unix socket. An agent goes on without them. What answers is loaded with the first request. */
export async function openLive(path: string | undefined, options: Omit<KernelSourceOptions, 'recent'>, log: Pick<Logger, 'info' | 'warn'>): Promise<OpenLive> {
  if (path === undefined) return NOTHING;
  const recent = new Recent();
  let source: KernelSource | undefined;
  let routes: Promise<Routes> | undefined;
  const load = async (): Promise<Routes> => {
    const { KernelSource, routesOf } = await import('../live/serve.ts');
    source = new KernelSource({ ...options, recent });
    return routesOf(source);
  };
  try {
    const socket = await LiveSocket.open(path, () => (routes ??= load()));
    log.info({ socket: path }, 'serving live views');
    const workloadOf = namedWorkloads(options.names);
    const subscription = options.snapshots.subscribe((snapshot) => recent.add(snapshot, options.ebpf, workloadOf));
    const close = async (): Promise<void> => {
      subscription.unsubscribe();
      await socket.close().finally(() => source?.close());
    };
    return { close };
  } catch (error) {
    log.warn({ socket: path, reason: oneLine(error) }, 'no live views of this agent: the socket cannot be made');
    return NOTHING;
  }
}
