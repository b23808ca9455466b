import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../ebpf/types.ts';
import { cgroupOf } from './cgroups.ts';

/** The workload of records that could not be sent: the kernel side has added them up by cgroup. They have no peer. */
export const FOLDED = '[folded]';
/** What is not known of a workload: said, never dropped. */
export const UNRESOLVED = '[unresolved]';

type Owned = Pick<Key, 'whose' | 'executable' | 'cgroup' | 'cgroupPath'>;

// Attributes are made once per key; the entry goes with the key.
const workloads = new WeakMap<Owned, Attributes>();

/**
 * Whose socket it is: the executable and, in a container, which one. The
 * container is that of the key's own cgroup, in which the connect was made, not
 * the one that the process was first seen in. The same object for the same key,
 * never to be changed.
 */
export function workloadOf(key: Owned): Attributes {
  let workload = workloads.get(key);
  if (workload === undefined) {
    const container = containerOf(key);
    workload = { 'process.executable.name': key.executable ?? UNRESOLVED, ...(container !== undefined && { 'container.id': container }) };
    workloads.set(key, workload);
  }
  return workload;
}

function containerOf(key: Owned): string | undefined {
  const cgroup = cgroupOf(key);
  if (cgroup?.kind === 'container') return cgroup.short;
  return cgroup?.kind === 'unresolved' ? UNRESOLVED : undefined;
}
