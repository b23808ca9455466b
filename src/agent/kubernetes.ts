import type { Settings } from '../config/index.ts';
import type { Key } from '../ebpf/index.ts';
import { type ContainerNames, cgroupOf } from '../identity/index.ts';
import type { Logger } from '../internal/log/log.ts';
import type { Kubernetes } from '../kubernetes/index.ts';

/** undefined: it is off, or this is not a cluster. Then its code is not loaded either. @throws (rejects) ConnwatchError CW_KUBERNETES */
export async function openKubernetes(settings: Settings, log: Logger): Promise<Kubernetes | undefined> {
  const { kubernetes: mode } = settings;
  if (mode === 'off' || (mode === 'auto' && !process.env['KUBERNETES_SERVICE_HOST'])) return undefined;
  const { Kubernetes } = await import('../kubernetes/index.ts');
  return Kubernetes.create({ settings, environment: process.env, log });
}

/** All who name containers; undefined: nobody. */
export async function openNames(settings: Settings, kubernetes: Kubernetes | undefined, log: Logger): Promise<(ContainerNames & { close(): void }) | undefined> {
  const { containerRuntime: socket } = settings;
  if (socket === undefined) return kubernetes && { of: (cgroup) => kubernetes.of(cgroup), close: () => {} };
  const { firstOf, inspectorOf, RuntimeNames } = await import('../runtimes/index.ts');
  const inspector = await inspectorOf(socket);
  const runtime = new RuntimeNames({
    inspect: inspector.inspect,
    elapsed: () => performance.now(),
    onError: (error) => log.warn({ code: 'CW_RUNTIME', error }, 'the container runtime does not tell names; containers have their ids until it does'),
  });
  const close = (): void => {
    runtime.close();
    inspector.close();
  };
  return { ...firstOf(kubernetes === undefined ? [runtime] : [kubernetes, runtime]), close };
}

/** Asks for the name of a container as soon as the kernel reports its cgroup: a pod may be gone when its window ends. */
export function meetAtOnce(names: ContainerNames): (paths: Pick<Key, 'cgroupPath' | 'cgroupPathV1'>) => void {
  return (paths) => {
    const cgroup = cgroupOf({ whose: 'process', cgroup: '', ...paths });
    if (cgroup?.kind === 'container' || cgroup?.kind === 'pod') names.of(cgroup);
  };
}
