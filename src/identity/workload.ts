import type { Attributes } from '@opentelemetry/api';
import type { Key, ProcessInfo } from '../ebpf/types.ts';

/** The workload of sockets that the kernel itself opened, as the kernel side names it. */
export const KERNEL = '[kernel]';
/** The workload of records that could not be sent: the kernel side has added them up by cgroup. They have no peer. */
export const FOLDED = '[folded]';
/** The workload of sockets whose owner is not known: said, never dropped. */
export const UNRESOLVED = '[unresolved]';

const unresolved: Attributes = { 'process.executable.name': UNRESOLVED };

// Attributes are made once per process; the entry goes with the process's info.
const workloads = new WeakMap<ProcessInfo, Attributes>();

/** Whose socket it is. The same object for the same process, never to be changed. */
export function workloadOf(key: Pick<Key, 'process'>): Attributes {
  const process = key.process;
  if (process === undefined) return unresolved;
  let workload = workloads.get(process);
  if (workload === undefined) {
    workload = { 'process.executable.name': process.executable };
    workloads.set(process, workload);
  }
  return workload;
}
