import type { Key, ProcessInfo } from '../ebpf/types.ts';

/** Where key numbers of snapshots are looked up. `ebpf.Manager` is one. */
export interface KeyTable {
  /** undefined for 0 and for a number that is not in use. */
  get(id: number): Key | undefined;
  /** The same, as far as it is needed for each row of a window. */
  side(id: number): Pick<Key, 'role' | 'netns'> | undefined;
  /** @param number of `Cut.processes` */
  process(number: number): ProcessInfo | undefined;
  /** These numbers are not referred to any more; each may be used again for another key. */
  release(ids: Iterable<number>): void;
}
