import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../ebpf/types.ts';
import { cgroupOf } from './cgroups.ts';
import type { Name } from './names.ts';
import { lastingUnit } from './unit.ts';

/** The workload of records that could not be sent: the kernel side has added them up by cgroup. They have no peer. */
export const FOLDED = '[folded]';
/** The executable of a workload of which nothing is known. */
export const UNRESOLVED = '[unresolved]';

type Owned = Pick<Key, 'whose' | 'executable' | 'command' | 'cgroup' | 'cgroupPath' | 'cgroupPathV1'>;

// Attributes are made once per key; the entry goes with the key.
const workloads = new WeakMap<Owned, Attributes>();

/**
 * The container of a workload. Not `container.id`: Collectors put that on the resource of
 * the sender (k8sattributes), and an exporter that copies resource attributes to points
 * would overwrite the container of every series with the agent's.
 */
export const CONTAINER = 'workload.container.id';
/** What was executed, where that has another name than the executable file: a script, a link, one name of a multi-call binary. */
export const COMMAND = 'process.command';
/** The unit of the host's systemd. */
export const UNIT = 'systemd.unit.name';

/**
 * Whose socket it is: the executable and, in a container, which one, else in which unit
 * of systemd. A cgroup of which nothing is known counts as the host. The container is that of the key's own cgroup, in which the connect was made, not
 * the one that the process was first seen in. The same object for the same key,
 * never to be changed.
 * @param name what its container is called; it stands in the place of the container's id unless it has that too
 */
export function workloadOf(key: Owned, name?: Name): Attributes {
  if (name !== undefined) return { ...executableOf(key), ...name.attributes, ...name.pod };
  let workload = workloads.get(key);
  if (workload === undefined) {
    workload = { ...executableOf(key), ...placeOf(key) };
    workloads.set(key, workload);
  }
  return workload;
}

function executableOf(key: Owned): Attributes {
  return { 'process.executable.name': key.executable ?? UNRESOLVED, ...(key.command !== undefined && { [COMMAND]: key.command }) };
}

function placeOf(key: Owned): Attributes {
  const cgroup = cgroupOf(key);
  if (cgroup?.kind === 'container') return { [CONTAINER]: cgroup.id };
  const unit = cgroup?.kind === 'service' ? lastingUnit(cgroup.unit) : undefined;
  return unit === undefined ? {} : { [UNIT]: unit };
}
