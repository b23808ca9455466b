import { parsePath } from './cgroup-path.ts';
import { containerOf, type Named } from './container-name.ts';
import { machineOf } from './machine.ts';
import { podUidOf } from './pod.ts';
import { serviceOf } from './service.ts';

/** What a cgroup is the cgroup of. */
export type Resolution =
  | {
      readonly kind: 'container';
      /** Whole: 64 digits, or the name where the runtime gives its containers no other id. */
      readonly id: string;
      /** What metrics show: the first 12 characters of an id that is made at random, a name whole. */
      readonly short: string;
      /** docker, containerd, cri-o, podman, ...; undefined when the path does not tell. */
      readonly runtime: string | undefined;
      /** The pod it is in, also when it was made inside one of the pod's containers. With dashes. */
      readonly podUid: string | undefined;
    }
  /** A pod's own cgroup, and none of its containers'. */
  | { readonly kind: 'pod'; readonly podUid: string }
  /** A unit of the host's service manager. */
  | { readonly kind: 'service'; readonly unit: string }
  /** The root: a process that nobody put anywhere. */
  | { readonly kind: 'host' }
  | { readonly kind: 'unresolved' };

const HOST: Resolution = { kind: 'host' };
export const UNRESOLVED: Resolution = { kind: 'unresolved' };
const RANDOM_ID = /^(?:[0-9a-f]{64}|[0-9a-z]{25})$/;
const SHORT = 12;

/**
 * What a cgroup's path says, v1 or v2, as the kernel has it or as
 * `/proc/PID/cgroup` shows it, in printable form. Containers can be in
 * containers: the innermost one counts. Whatever a container has below its own
 * cgroup (systemd's units, `init.scope`) is the container's.
 */
export function resolveCgroup(path: string): Resolution {
  const parsed = parsePath(path);
  if (parsed === undefined) return UNRESOLVED;
  const { names, whole } = parsed;
  let found: Resolution | undefined;
  let podUid: string | undefined;
  // What is above a container says nothing of those inside it.
  let above: string[] = [];
  names.forEach((name, i) => {
    const pod = podUidOf(name.split(':')[0]!, above);
    const container = containerOf(name, above) ?? machineOf(name, above, names[i + 1]);
    podUid = pod ?? podUid;
    if (container !== undefined) found = asContainer(container, podUid);
    else if (pod !== undefined) found = { kind: 'pod', podUid: pod };
    if (container === undefined && pod === undefined) above.push(name);
    else above = [];
  });
  if (found !== undefined) return found;
  // Something may be above what is seen, so it can't be said to be the host's.
  if (!whole) return UNRESOLVED;
  if (names.length === 0) return HOST;
  const unit = serviceOf(names);
  return unit === undefined ? UNRESOLVED : { kind: 'service', unit };
}

function asContainer({ id, runtime }: Named, podUid: string | undefined): Resolution {
  const short = RANDOM_ID.test(id) ? id.slice(0, SHORT) : id;
  return { kind: 'container', id, short, runtime, podUid };
}
