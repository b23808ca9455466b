import type { NetworkNamespace } from '../../ebpf/types.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import type { KeyTable } from '../key-table.ts';
import { NamespaceDrift, type NamespaceType } from './namespace.ts';
import type { Overflows } from './overflows.ts';
import { ownTotals } from './own.ts';
import type { DriftCounter, KernelTotals } from './totals.ts';

export interface DriftOptions {
  /** Number of this process's own network namespace (`Key.netns`), which is always compared, and its inode number. */
  readonly netns: number;
  readonly inode: number;
  /** Whether a process, or this one, is in the host's network namespace. undefined, or thrown: unknown. */
  readonly isHost: (pid: number | undefined) => boolean | undefined;
  /**
   * Reads the totals of a namespace now, synchronously; `pid` is a process that is in it, undefined for
   * the own one. undefined, or thrown, when they can't be read.
   */
  readonly read: (pid: number | undefined) => KernelTotals | undefined;
}

export interface DriftValue {
  /** Inode number of the namespace. */
  readonly netns: number;
  /** Whether it is the host's. */
  readonly type: NamespaceType;
  readonly counter: DriftCounter;
  /** Ours minus the kernel's. */
  readonly value: number;
  /** Seconds between the cut it was computed at and the last one. */
  readonly age: number;
}

/** Reading one takes some 50 us, twice a window. */
export const MOST_NAMESPACES = 64;

/**
 * Our totals against the kernel's own, over the same span, in each network
 * namespace that a process with a TCP socket is in.
 *
 * The two sides are read at different moments, so a counter is compared only when
 * the kernel's number is the same before the cut is asked for and after it has
 * come: then it was that at the cut too. The first such moment is where both sides
 * begin. Records that were lost in the kernel without a cgroup have no namespace here: they
 * count as missing.
 */
export class Drift {
  readonly #options: DriftOptions;
  readonly #namespaces = new Map<number, NamespaceDrift>();
  #found: ReadonlyMap<number, NetworkNamespace> = new Map();
  #end = 0;
  #unread = 0;
  /** A cut has been requested and has not come yet. */
  #awaitsCut = false;

  constructor(options: DriftOptions) {
    this.#options = options;
    this.#namespaces.set(options.netns, new NamespaceDrift());
  }

  /** Namespaces that are compared, and those with sockets that are not: unreadable, or too many. */
  get namespaces(): { readonly compared: number; readonly unread: number } {
    return { compared: this.#namespaces.size, unread: this.#unread };
  }

  /**
   * Call this right before each request of a cut. Requests are merged while a cut has not come, so only the first
   * one reads: a number that is read after the cut would hide what happened in between.
   */
  before(): void {
    if (this.#awaitsCut) return;
    this.#awaitsCut = true;
    for (const [netns, drift] of this.#namespaces) {
      if (drift.type === 'unknown') drift.type = this.#typeOf(netns);
      drift.before = this.#read(netns);
    }
  }

  /** Call this with the snapshot of that cut, as soon as it has come. */
  after(snapshot: Snapshot, keys: Pick<KeyTable, 'side'>): void {
    this.#awaitsCut = false;
    this.#end = snapshot.end;
    const own = ownTotals(snapshot, keys);
    for (const [netns, drift] of this.#namespaces) {
      drift.add(own.get(netns));
      const totals = this.#read(netns);
      drift.compare(totals, snapshot.end);
      nextOverflows(drift, totals, snapshot);
    }
    // What is found in this window has its overflows in it.
    for (const netns of this.#follow(snapshot.cut.namespaces, own.keys())) nextOverflows(this.#namespaces.get(netns)!, this.#read(netns), snapshot);
  }

  /** The overflows of a namespace in the last window; undefined where its counters are not read. */
  overflows(netns: number): Overflows | undefined {
    return this.#namespaces.get(netns)?.overflows;
  }

  /** The last values, none of a namespace before its first still moment. */
  values(): DriftValue[] {
    return [...this.#namespaces].flatMap(([number, drift]) => {
      const netns = this.#found.get(number)?.inode ?? (number === this.#options.netns ? this.#options.inode : number);
      const { type } = drift;
      return drift.values().map(({ counter, value, at }) => ({ netns, type, counter, value, age: Math.max(0, this.#end - at) / 1000 }));
    });
  }

  /** From the next cut on: namespaces that have come, without those that nobody is in any more. @returns those that have come */
  #follow(found: ReadonlyMap<number, NetworkNamespace>, met: Iterable<number>): number[] {
    const come: number[] = [];
    this.#found = found;
    for (const netns of this.#namespaces.keys()) {
      if (netns !== this.#options.netns && !found.get(netns)?.pid) this.#namespaces.delete(netns);
    }
    for (const [netns, { pid }] of found) {
      if (pid <= 0 || this.#namespaces.size >= MOST_NAMESPACES || this.#namespaces.has(netns)) continue;
      this.#namespaces.set(netns, new NamespaceDrift());
      come.push(netns);
    }
    this.#unread = [...new Set([...found.keys(), ...met])].filter((netns) => !this.#namespaces.has(netns)).length;
    return come;
  }

  #read(netns: number): KernelTotals | undefined {
    // Held, and its age grows: what can't be compared must not cost a window.
    return this.#ask(netns, this.#options.read);
  }

  #typeOf(netns: number): NamespaceType {
    const isHost = this.#ask(netns, this.#options.isHost);
    return isHost === undefined ? 'unknown' : isHost ? 'host' : 'other';
  }

  /** About a process of the namespace; undefined: none is known, or it has ended. */
  #ask<T>(netns: number, question: (pid: number | undefined) => T | undefined): T | undefined {
    const own = netns === this.#options.netns;
    const pid = own ? undefined : this.#found.get(netns)?.pid;
    if (!own && pid === undefined) return undefined;
    try {
      return question(pid);
    } catch {
      return undefined;
    }
  }
}

function nextOverflows({ overflows }: NamespaceDrift, totals: KernelTotals | undefined, { end, cut }: Snapshot): void {
  overflows.next(totals?.ListenOverflows, end, end - cut.stats.scanAge * 1000, totals?.ListenDrops);
}
