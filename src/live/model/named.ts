import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../../ebpf/types.ts';
import { cgroupOf, type ContainerNames, workloadOf } from '../../identity/index.ts';

/** Whose socket it is, with the name of its container as far as it is known now. */
export type WorkloadOf = (key: Key) => Attributes;

export function namedWorkloads(names: ContainerNames | undefined): WorkloadOf {
  if (names === undefined) return (key) => workloadOf(key);
  return (key) => {
    const cgroup = cgroupOf(key);
    const name = cgroup?.kind === 'container' || cgroup?.kind === 'pod' ? names.of(cgroup) : undefined;
    return workloadOf(key, name === 'later' ? undefined : name);
  };
}
