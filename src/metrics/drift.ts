import { COLUMN, COLUMNS, type Snapshot } from '../stream/snapshot.ts';
import { OUTCOMES, TCP_SYN_RECV, TCP_SYN_SENT } from '../ebpf/layout.ts';
import type { KeyTable } from './key-table.ts';

/** The kernel's own totals of one network namespace (`Tcp:` of /proc/net/snmp). */
export interface KernelTotals {
  readonly ActiveOpens: number;
  readonly PassiveOpens: number;
}
export type DriftCounter = keyof KernelTotals;

export interface DriftOptions {
  /** Inode number of the network namespace that `read` reads. */
  readonly netns: number;
  /** Reads now, synchronously; undefined, or thrown, when the numbers can't be read. */
  readonly read: () => KernelTotals | undefined;
}

export interface DriftValue {
  readonly counter: DriftCounter;
  /** Ours minus the kernel's. */
  readonly value: number;
  /** Seconds between the cut it was computed at and the last one. */
  readonly age: number;
}

interface Held {
  readonly counter: DriftCounter;
  readonly ours: number;
  readonly kernel: number;
  value: number;
  /** End of the snapshot, Unix milliseconds. */
  at: number;
}

const COUNTERS: readonly DriftCounter[] = ['ActiveOpens', 'PassiveOpens'];

/**
 * Our totals against the kernel's own, over the same span and namespace.
 *
 * ActiveOpens counts connects for which a SYN was queued (tcp_connect,
 * net/ipv4/tcp_output.c): ours that have ended, without those that ended before
 * one was, plus those pending. PassiveOpens counts children of
 * listeners (tcp_create_openreq_child, net/ipv4/tcp_minisocks.c): our accepts.
 *
 * The two sides are read at different moments, so they are compared only when
 * the kernel's number is the same before the cut is asked for and after it has
 * come: then it was that at the cut too. The first such moment is where both
 * sides begin. Records that were lost in the kernel, or that did not fit the
 * key table, have no namespace here: they count as missing.
 */
export class Drift {
  readonly #netns: number;
  readonly #read: () => KernelTotals | undefined;
  readonly #held = new Map<DriftCounter, Held>();
  readonly #ended: Record<DriftCounter, number> = { ActiveOpens: 0, PassiveOpens: 0 };
  #before: KernelTotals | undefined;
  #end = 0;

  constructor(options: DriftOptions) {
    this.#netns = options.netns;
    this.#read = () => {
      try {
        return options.read();
      } catch {
        // Held, and its age grows: what can't be compared must not cost a window.
        return undefined;
      }
    };
  }

  /** Right before a cut is asked for. */
  before(): void {
    this.#before = this.#read();
  }

  /** With the snapshot of that cut, as soon as it is there. */
  after(snapshot: Snapshot, keys: Pick<KeyTable, 'get'>): void {
    const before = this.#before;
    const after = this.#read();
    this.#before = undefined;
    this.#end = snapshot.end;
    this.#add(snapshot, keys);
    const pending = this.#pending(snapshot, keys);
    for (const counter of COUNTERS) {
      const kernel = after?.[counter];
      if (kernel === undefined || kernel !== before?.[counter]) continue;
      const ours = this.#ended[counter] + (counter === 'ActiveOpens' ? pending : 0);
      this.#compare(counter, ours, kernel);
    }
  }

  /** The last values, none before the first still moment. */
  values(): DriftValue[] {
    return [...this.#held.values()].map(({ counter, value, at }) => {
      return { counter, value, age: Math.max(0, this.#end - at) / 1000 };
    });
  }

  #compare(counter: DriftCounter, ours: number, kernel: number): void {
    const held = this.#held.get(counter);
    if (held === undefined) {
      this.#held.set(counter, { counter, ours, kernel, value: 0, at: this.#end });
      return;
    }
    held.value = ours - held.ours - (kernel - held.kernel);
    held.at = this.#end;
  }

  #add({ rows, keys: ids, counts }: Snapshot, keys: Pick<KeyTable, 'get'>): void {
    for (let row = 0; row < rows; row++) {
      const key = keys.get(ids[row]!);
      if (key?.netns !== this.#netns) continue;
      const first = row * COLUMNS;
      this.#ended.PassiveOpens += counts[first + COLUMN.accept]!;
      for (let outcome = 0; outcome < OUTCOMES.length; outcome++) this.#ended.ActiveOpens += counts[first + COLUMN.connect + outcome]!;
      this.#ended.ActiveOpens -= counts[first + COLUMN.noSyn]!;
    }
  }

  #pending({ cut: { live } }: Snapshot, keys: Pick<KeyTable, 'get'>): number {
    let pending = 0;
    for (let row = 0; row < live.rows; row++) {
      const state = live.state[row]!;
      if (state !== TCP_SYN_SENT && state !== TCP_SYN_RECV) continue;
      const key = keys.get(live.key[row]!);
      if (key?.role === 'client' && key.netns === this.#netns) pending += live.count[row]!;
    }
    return pending;
  }
}
