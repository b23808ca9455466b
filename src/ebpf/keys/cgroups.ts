import { printable } from '../../internal/escape.ts';
import type { NativeCgroup } from '../binding.ts';

/** Twice what the kernel side remembers that it has told (bpf/maps.bpf.h): what it has forgotten it tells again. */
const CAPACITY = 16_384;
/** So that a table that is full is not gone through at every cut. */
const TRIMMED = 12_288;

/**
 * Cgroups by number, from the kernel's records. When there are too many, those
 * go that were not told or asked for since long; what is in use stays, because
 * the kernel side does not tell the cgroup of a process twice.
 */
export class CgroupTable {
  /** The longest unused first. */
  readonly #paths = new Map<string, string>();

  get size(): number {
    return this.#paths.size;
  }

  add(native: NativeCgroup): void {
    this.#renew(native.id.toString(), cgroupPath(native));
  }

  get(id: string): string | undefined {
    const path = this.#paths.get(id);
    if (path !== undefined) this.#renew(id, path);
    return path;
  }

  /** @param inUse cgroups of what is alive; only asked for when there are too many */
  trim(inUse: () => ReadonlySet<string>): void {
    if (this.#paths.size <= CAPACITY) return;
    const kept = inUse();
    for (const id of this.#paths.keys()) {
      if (this.#paths.size <= TRIMMED) return;
      if (!kept.has(id)) this.#paths.delete(id);
    }
  }

  #renew(id: string, path: string): void {
    this.#paths.delete(id);
    this.#paths.set(id, path);
  }
}

/** `/` for the root; a path that begins with `.../` lacks its first parts. */
export function cgroupPath({ names, cutOff }: Pick<NativeCgroup, 'names' | 'cutOff'>): string {
  const parts: string[] = [];
  for (let from = 0, to = 0; to < names.length; to++) {
    if (names[to] !== 0) continue;
    parts.unshift(printable(names.subarray(from, to)));
    from = to + 1;
  }
  return `${cutOff ? '...' : ''}/${parts.join('/')}`;
}
