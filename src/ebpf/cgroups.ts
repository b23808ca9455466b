import { printable } from '../internal/escape.ts';
import type { NativeCgroup } from './binding.ts';

/** More than the kernel side remembers that it has told (bpf/maps.bpf.h): what it tells again is new here. */
const CAPACITY = 16_384;

/** Cgroups by number, from the kernel's records. The oldest go when there are too many. */
export class CgroupTable {
  readonly #paths = new Map<string, string>();

  get size(): number {
    return this.#paths.size;
  }

  add(native: NativeCgroup): void {
    const id = native.id.toString();
    // Told again: it is the newest once more.
    this.#paths.delete(id);
    this.#paths.set(id, cgroupPath(native));
  }

  get(id: string): string | undefined {
    return this.#paths.get(id);
  }

  trim(): void {
    for (const id of this.#paths.keys()) {
      if (this.#paths.size <= CAPACITY) return;
      this.#paths.delete(id);
    }
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
