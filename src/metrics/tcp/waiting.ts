import type { HrTime } from '@opentelemetry/api';
import { LISTEN_VALUES, type Key } from '../../ebpf/types.ts';
import { type ContainerNames, type Name, type PeerNaming, cgroupOf } from '../../identity/index.ts';
import { COLUMNS, EXPONENTIAL_COLUMNS, SUMS } from '../../stream/snapshot.ts';
import type { RowCounts } from './traffic.ts';
import type { KeyTable } from '../key-table.ts';

/** As many keys wait at once; 600 bytes each. What comes above it counts at once, under what is known. */
export const MOST_WAITING = 2000;
/** A key waits this many windows for its cgroup path, whose record may find the ring buffer full. The kernel side sends it again. */
export const PATH_WINDOWS = 10;

const COUNTERS = (['overflows', 'drops', 'synackRetransmits'] as const).map((name) => LISTEN_VALUES.indexOf(name));

/** The counts of a key since it began to wait, as one row of a snapshot. */
export class Held {
  readonly id: number;
  readonly born: HrTime;
  /** Its container has no name yet; else it waits until peers are known. */
  readonly nameless: boolean;
  /** It has waited for this many. */
  windows = 0;
  key: Key;
  readonly counts = new Uint32Array(COLUMNS);
  readonly sums = new Float64Array(SUMS);
  exponential: Uint32Array | undefined;
  /** By LISTEN_VALUES, counters only; undefined: it did not listen. */
  listened: Float64Array | undefined;

  constructor(key: Key, born: HrTime, nameless: boolean) {
    this.nameless = nameless;
    this.id = key.id;
    this.key = key;
    this.born = born;
  }

  add({ counts, sums, exponential }: RowCounts, row: number): void {
    addRow(this.counts, counts, row);
    addRow(this.sums, sums, row);
    if (exponential !== undefined) addRow((this.exponential ??= new Uint32Array(EXPONENTIAL_COLUMNS)), exponential, row);
  }

  /** Gauges of listeners are not held: they are of one moment. */
  addListening(values: Float64Array): void {
    this.listened ??= new Float64Array(LISTEN_VALUES.length);
    for (const at of COUNTERS) this.listened[at]! += values[at]!;
  }
}

/**
 * Keys that wait, with their counts in no series: until the path of their cgroup has come, until the name of their
 * container is known, and at the start, clients until peers are known. Each wait has an end. So a series has
 * its name from its beginning, and nothing ever moves to another.
 */
export class Waiting {
  /** Keys that counted without the whole name of their container. */
  readonly missing = { timeout: 0, overflow: 0 };
  readonly #names: ContainerNames | undefined;
  readonly #peers: PeerNaming | undefined;
  readonly #keys: KeyTable;
  readonly #limit: number;
  readonly #held = new Map<number, Held>();
  /** How many of them a cgroup has. */
  readonly #byCgroup = new Map<string, number>();

  constructor({ names, peers, keys, limit = MOST_WAITING }: { readonly names: ContainerNames | undefined; readonly peers: PeerNaming | undefined; readonly keys: KeyTable; readonly limit?: number }) {
    this.#names = names;
    this.#peers = peers;
    this.#keys = keys;
    this.#limit = limit;
  }

  get size(): number {
    return this.#held.size;
  }

  /** The name of a key's container at this moment; undefined: none, or none yet. */
  nameOf(key: Key): Name | undefined {
    const name = this.#ask(key);
    return name === 'later' ? undefined : name;
  }

  /** Where the counts of a key go as long as it waits; undefined: it counts at once. */
  hold(id: number, born: HrTime): Held | undefined {
    let held = this.#held.get(id);
    if (held !== undefined) return held;
    const key = this.#keys.get(id);
    if (key === undefined || !this.#mustWait(key)) return undefined;
    // The rule of the series tables: one cgroup alone gets 80 % of the places, and another always finds one.
    const mine = this.#byCgroup.get(key.cgroup) ?? 0;
    if (mine >= 4 * (this.#limit - this.#held.size)) {
      this.missing.overflow += 1;
      return undefined;
    }
    this.#held.set(id, (held = new Held(key, born, this.#ask(key) === 'later')));
    this.#byCgroup.set(key.cgroup, mine + 1);
    return held;
  }

  /** Takes out those that need not wait any longer. @param all takes out all, whatever is known */
  settle(all = false): Held[] {
    const settled: Held[] = [];
    for (const held of this.#held.values()) {
      held.windows += 1;
      held.key = this.#again(held.key);
      if (!all && this.#mustWait(held.key, held.windows)) continue;
      const name = this.#ask(held.key);
      if (held.nameless && (name === undefined || name === 'later' || name.incomplete)) this.missing.timeout += 1;
      this.#delete(held);
      settled.push(held);
    }
    return settled;
  }

  #delete({ id, key }: Held): void {
    this.#held.delete(id);
    const left = this.#byCgroup.get(key.cgroup)! - 1;
    if (left === 0) this.#byCgroup.delete(key.cgroup);
    else this.#byCgroup.set(key.cgroup, left);
  }

  /** These workloads run no more, and their numbers may come to stand for others. */
  end(gone: Uint32Array): void {
    if (this.#held.size === 0 || gone.length === 0) return;
    const ended = new Set(gone);
    for (const held of this.#held.values()) if (ended.has(held.key.workload)) held.key = { ...held.key, workload: 0 };
  }

  /** With the path of its cgroup, if that has come. */
  #again(key: Key): Key {
    if (!lacksPath(key)) return key;
    const { cgroupPath, cgroupPathV1 } = this.#keys.get(key.id) ?? key;
    return { ...key, cgroupPath, cgroupPathV1 };
  }

  #mustWait(key: Key, windows = 0): boolean {
    if (lacksPath(key)) return windows < PATH_WINDOWS;
    return this.#ask(key) === 'later' || (key.role === 'client' && key.address !== '' && this.#peers?.ready === false);
  }

  #ask(key: Key): Name | 'later' | undefined {
    const cgroup = key.fold === 'workload' ? undefined : cgroupOf(key);
    return cgroup?.kind === 'container' || cgroup?.kind === 'pod' ? this.#names?.of(cgroup) : undefined;
  }
}

function addRow(to: Uint32Array | Float64Array, from: Uint32Array | Float64Array, row: number): void {
  for (let column = 0; column < to.length; column++) to[column]! += from[row * to.length + column]!;
}

function lacksPath({ whose, cgroup, cgroupPath }: Key): boolean {
  return cgroupPath === undefined && cgroup !== '0' && whose !== 'kernel';
}
