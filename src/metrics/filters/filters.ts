import type { Key, NetworkNamespace } from '../../ebpf/types.ts';
import type { Filter } from '../../words/filters.ts';
import { type Condition, conditionsOf, type Place } from './conditions.ts';

export interface FiltersOptions {
  /** Only what every list of it matches counts. */
  readonly include?: Filter | undefined;
  /** What one list of it matches does not count. */
  readonly exclude?: Filter | undefined;
  /** `Key.netns` of the agent's own network namespace; undefined: not known. */
  readonly ownNetns?: number | undefined;
}

/** Events that filters left out. */
export interface FilteredEvents {
  connect: number;
  accept: number;
  close: number;
}

/**
 * Which sockets count. What is not known of a socket never leaves it out: records that
 * the kernel side added up, and keys that stand for several, stay in the sums.
 */
export class Filters {
  /** In total, for the agent's own metric: nothing disappears without a word. */
  readonly left: FilteredEvents = { connect: 0, accept: 0, close: 0 };
  readonly #include: readonly Condition[];
  readonly #exclude: readonly Condition[];
  readonly #ownNetns: number | undefined;

  constructor({ include = {}, exclude = {}, ownNetns }: FiltersOptions) {
    this.#include = conditionsOf(include);
    this.#exclude = conditionsOf(exclude);
    this.#ownNetns = ownNetns;
  }

  leaveOut(key: Key, namespaces: ReadonlyMap<number, NetworkNamespace>): boolean {
    if (this.#include.length + this.#exclude.length === 0) return false;
    const isFound = (inode: number): boolean => [...namespaces.values()].some((namespace) => namespace.inode === inode);
    const place: Place = { key, own: key.netns === this.#ownNetns, inode: namespaces.get(key.netns)?.inode, isFound };
    return this.#include.some((matches) => matches(place) === false) || this.#exclude.some((matches) => matches(place) === true);
  }
}
