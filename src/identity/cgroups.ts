import type { Key } from '../ebpf/types.ts';
import { type Resolution, UNRESOLVED, resolveCgroup } from './container.ts';

type Placed = Pick<Key, 'whose' | 'cgroup' | 'cgroupPath' | 'cgroupPathV1'>;

/** The executable of sockets that the kernel itself opened, as the kernel side names it. */
export const KERNEL = '[kernel]';

/** How many paths are remembered; what is forgotten is worked out again, with the same result. */
const KEPT = 4096;
const known = new Map<string, Resolution>();

/** By how much each kind says whose it is. */
const RANK: Record<Kind, number> = { container: 3, pod: 2, service: 1, host: 0, unresolved: 0 };

/**
 * What the cgroup of a key is. Where it has one in v1 and one in v2, the one that names a container
 * counts, else the one that names a pod or a unit; if both do, that of v1. A path that was not reported (its record was lost)
 * is as unresolved as one that is not understood; undefined where there is
 * none: for sockets of the kernel, and of listeners that nobody is known to own.
 */
export function cgroupOf(key: Placed): Resolution | undefined {
  if (key.whose === 'kernel' || key.cgroup === '0') return undefined;
  if (key.cgroupPath === undefined) return UNRESOLVED;
  const v2 = resolved(key.cgroupPath);
  if (key.cgroupPathV1 === undefined) return v2;
  const v1 = resolved(key.cgroupPathV1);
  return RANK[v2.kind] > RANK[v1.kind] ? v2 : v1;
}

function resolved(path: string): Resolution {
  let resolution = known.get(path);
  if (resolution === undefined) {
    if (known.size >= KEPT) known.clear();
    resolution = resolveCgroup(path);
    known.set(path, resolution);
  }
  return resolution;
}

type Kind = Resolution['kind'];

interface Used {
  kind: Kind;
  keys: number;
}

/** The cgroups that keys in use are of, by what they were taken for. Bounded by the keys. */
export class CgroupsInUse {
  readonly #used = new Map<string, Used>();
  readonly #counts: Record<Kind, number> = { container: 0, pod: 0, service: 0, host: 0, unresolved: 0 };
  readonly #onUnresolved: (path: string) => void;

  /** @param onUnresolved a cgroup comes into use whose path is not understood */
  constructor(onUnresolved: (path: string) => void) {
    this.#onUnresolved = onUnresolved;
  }

  add(key: Placed): void {
    const kind = cgroupOf(key)?.kind;
    if (kind === undefined) return;
    const used = this.#used.get(key.cgroup);
    if (used === undefined) {
      this.#used.set(key.cgroup, { kind, keys: 1 });
      this.#counts[kind]++;
      if (kind === 'unresolved' && key.cgroupPath !== undefined) this.#onUnresolved(key.cgroupPathV1 ?? key.cgroupPath);
      return;
    }
    used.keys++;
    // Its path came late: keys that have it count under it, those before stay where they are.
    if (used.kind === kind || kind === 'unresolved') return;
    this.#counts[used.kind]--;
    this.#counts[kind]++;
    used.kind = kind;
  }

  /** @param key one that was added */
  remove(key: Placed): void {
    const used = this.#used.get(key.cgroup);
    if (used === undefined || --used.keys > 0) return;
    this.#used.delete(key.cgroup);
    this.#counts[used.kind]--;
  }

  /** Every kind, 0 included. */
  get counts(): Readonly<Record<Kind, number>> {
    return this.#counts;
  }
}
