import { printable } from '../../internal/escape.ts';
import type { NativeCgroup } from '../session.ts';
import type { Key } from '../types.ts';

/** Twice the capacity of the kernel's table of reported cgroups (bpf/base/maps.bpf.h). The kernel reports a cgroup again if it is no longer in its table. */
const CAPACITY = 16_384;
/** Trimming frees room for several cuts, so that a full table is not searched at every cut. */
const TRIMMED = 12_288;

export type CgroupPaths = Pick<Key, 'cgroupPath' | 'cgroupPathV1'>;

/**
 * Cgroup paths by number, from the kernel's records. If there are too many, it removes those that were not
 * reported or read for the longest time. Cgroups in use stay, because the kernel does not report the cgroup
 * of a process twice.
 */
export class CgroupTable {
  /** Ordered by last use, the least recent first. */
  readonly #paths = new Map<string, CgroupPaths>();

  get size(): number {
    return this.#paths.size;
  }

  /** @returns its paths */
  add(native: NativeCgroup): CgroupPaths {
    const { id, names, cutOff, namesV1, cutOffV1 } = native;
    const v1 = namesV1.length > 0 ? cgroupPath({ names: namesV1, cutOff: cutOffV1 }) : undefined;
    const paths = { cgroupPath: cgroupPath({ names, cutOff }), cgroupPathV1: v1 };
    this.#renew(id.toString(), paths);
    return paths;
  }

  get(id: string): CgroupPaths | undefined {
    const paths = this.#paths.get(id);
    if (paths !== undefined) this.#renew(id, paths);
    return paths;
  }

  /** @param inUse returns the cgroups in use; called only if there are too many */
  trim(inUse: () => ReadonlySet<string>): void {
    if (this.#paths.size <= CAPACITY) return;
    const kept = inUse();
    for (const id of this.#paths.keys()) {
      if (this.#paths.size <= TRIMMED) return;
      if (!kept.has(id)) this.#paths.delete(id);
    }
  }

  #renew(id: string, paths: CgroupPaths): void {
    this.#paths.delete(id);
    this.#paths.set(id, paths);
  }
}

/** The path as text: `/` for the root; `.../` at the begin if the first parts are missing. */
export function cgroupPath({ names, cutOff }: Pick<NativeCgroup, 'names' | 'cutOff'>): string {
  const parts: string[] = [];
  for (let from = 0, to = 0; to < names.length; to++) {
    if (names[to] !== 0) continue;
    parts.unshift(printable(names.subarray(from, to)));
    from = to + 1;
  }
  return `${cutOff ? '...' : ''}/${parts.join('/')}`;
}
