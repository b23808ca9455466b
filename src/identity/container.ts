import { parsePath } from './cgroup-path.ts';
import { containerOf, type Named } from './container-name.ts';
import { machineOf } from './machine.ts';
import { podUidOf } from './pod.ts';
import { serviceOf } from './service.ts';

/** The meaning of a cgroup. */
export type Resolution =
  | {
      readonly kind: 'container';
      /** The whole id: 64 digits, or the name if the runtime has no other id. */
      readonly id: string;
      /** docker, containerd, cri-o, podman, ...; undefined: unknown. */
      readonly runtime: string | undefined;
      /** The uid of its pod, with dashes, also for a container inside a container of the pod. */
      readonly podUid: string | undefined;
      /** The pod's container in which this one is nested; undefined: it is in no pod, or it is the pod's own. */
      readonly podContainer?: string;
    }
  /** A pod's cgroup, outside its containers. */
  | { readonly kind: 'pod'; readonly podUid: string }
  /** A unit of the host's service manager. */
  | { readonly kind: 'service'; readonly unit: string }
  /** The root cgroup. */
  | { readonly kind: 'host' }
  | { readonly kind: 'unresolved' };

const HOST: Resolution = { kind: 'host' };
export const UNRESOLVED: Resolution = { kind: 'unresolved' };

/**
 * Interprets a cgroup's path, v1 or v2, in printable form, from the kernel or from
 * `/proc/PID/cgroup`. Of nested containers the innermost counts. Cgroups below a
 * container's own (systemd's units, `init.scope`) belong to the container.
 */
export function resolveCgroup(path: string): Resolution {
  const parsed = parsePath(path);
  if (parsed === undefined) return UNRESOLVED;
  const { names, whole } = parsed;
  let found: Resolution | undefined;
  let podUid: string | undefined;
  let podContainer: string | undefined;
  // The path above a container says nothing about containers inside it.
  let above: string[] = [];
  names.forEach((name, i) => {
    const pod = podUidOf(name.split(':')[0]!, above);
    const container = containerOf(name, above) ?? machineOf(name, above, names[i + 1]);
    if (pod !== undefined) [podUid, podContainer] = [pod, undefined];
    if (container !== undefined) {
      found = asContainer(container, podUid, podContainer);
      if (podUid !== undefined) podContainer ??= container.id;
    }
    if (container === undefined && pod !== undefined) found = { kind: 'pod', podUid: pod };
    if (container === undefined && pod === undefined) above.push(name);
    else above = [];
  });
  if (found !== undefined) return found;
  // There may be unknown cgroups above, so this need not be the host's.
  if (!whole) return UNRESOLVED;
  if (names.length === 0) return HOST;
  const unit = serviceOf(names);
  return unit === undefined ? UNRESOLVED : { kind: 'service', unit };
}

function asContainer({ id, runtime }: Named, podUid: string | undefined, podContainer: string | undefined): Resolution {
  return { kind: 'container', id, runtime, podUid, ...(podContainer !== undefined && podContainer !== id && { podContainer }) };
}
