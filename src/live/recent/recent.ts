import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../../ebpf/types.ts';
import { identify } from '../../identity/index.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import { COLUMN, COLUMNS, HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { WorkloadOf } from '../model/named.ts';
import { Shares } from './shares.ts';

/** Connects of the last minutes from one workload to one peer that have ended, and resets. Everything in it is JSON. */
export interface RecentRow {
  readonly workload: Attributes;
  readonly address: string;
  readonly port: number;
  /** Inode number of the network namespace; 0: unknown. */
  readonly netns: number;
  /** Index = OUTCOMES. */
  readonly connects: readonly number[];
  /** Unix milliseconds: the end of the window of the last one of each outcome; 0: none. */
  readonly last: readonly number[];
  /** SYNs that were sent again. */
  readonly retransmits: number;
  /** Established connections that a reset ended, by who sent it. */
  readonly resets: Resets;
  /** Of the successes: a count for each of HANDSHAKE_BOUNDS and one for above. */
  readonly handshakes: readonly number[];
}

export interface Resets {
  readonly peer: number;
  readonly owner: number;
}

export interface RecentMessage {
  readonly event: 'recent';
  /** Unix milliseconds: nothing before is known; the end of the last window. */
  readonly since: number;
  readonly until: number;
  readonly rows: readonly RecentRow[];
  /** Connects that no row has: of peers that share a key, of records that were lost, and of what found no room. */
  readonly unnamed: number;
}

const SLOT_MS = 120_000;
/** Ten minutes, and the slot that is not complete. */
const SLOTS = 6;
/** Workloads with a peer; 2 MB at most. Of the workload with the most peers the one that was quiet for the longest time makes room. */
export const MOST_ROWS = 1000;
/** Of these, the share of those without a failed connect, which make room first. */
const CALM_SHARE = 1 / 4;

interface Slot {
  readonly begin: number;
  readonly connects: Uint32Array;
  readonly handshakes: Uint32Array;
  retransmits: number;
  resets: Resets;
}

interface Kept {
  /** The workload. */
  readonly holder: string;
  readonly key: Pick<RecentRow, 'workload' | 'address' | 'port'>;
  /** `Key.netns` */
  readonly netns: number;
  readonly last: number[];
  slots: Slot[];
}

/** What clients did in the last ten minutes, for `connwatch why`. */
export class Recent {
  readonly #most: number;
  /** A pair is in one of the two. */
  readonly #calm = new Shares<Kept>();
  readonly #failed = new Shares<Kept>();
  /** Inode numbers of network namespaces by `Key.netns`, the newest last: one may be found after its first connects. */
  readonly #inodes = new Map<number, number>();
  #unnamed: { begin: number; count: number }[] = [];
  #first = 0;
  #end = 0;

  constructor(most = MOST_ROWS) {
    this.#most = most;
  }

  /** Call it in the subscriber of the snapshot: its key numbers may mean something else later. */
  add(snapshot: Snapshot, keys: { get(id: number): Key | undefined }, workloadOf: WorkloadOf): void {
    this.#first ||= snapshot.start;
    this.#end = snapshot.end;
    const begin = Math.floor(snapshot.end / SLOT_MS) * SLOT_MS;
    this.#meet(snapshot.cut.namespaces);
    for (let row = 0; row < snapshot.rows; row++) {
      const count = connectsIn(snapshot, row);
      const resets = resetsIn(snapshot, row);
      if (count === 0 && resets.peer === 0 && resets.owner === 0) continue;
      const key = keys.get(snapshot.keys[row]!);
      if (key !== undefined && key.role !== 'client') continue;
      if (key === undefined || key.fold !== 'none' || key.address === '') this.#addUnnamed(begin, count);
      else addTo(this.#keptOf(key, workloadOf(key), snapshot, row, begin), begin, snapshot, row);
    }
  }

  message(): RecentMessage {
    const oldest = this.#oldest(this.#end);
    const rows = [...this.#failed.values(), ...this.#calm.values()].flatMap((kept) => rowOf(kept, oldest, this.#inodes.get(kept.netns) ?? 0));
    const unnamed = this.#unnamed.filter(({ begin }) => begin >= oldest).reduce((sum, { count }) => sum + count, 0);
    return { event: 'recent', since: Math.max(this.#first, oldest), until: this.#end, rows, unnamed };
  }

  #oldest(now: number): number {
    return Math.floor(now / SLOT_MS) * SLOT_MS - (SLOTS - 1) * SLOT_MS;
  }

  #meet(namespaces: Snapshot['cut']['namespaces']): void {
    for (const [number, { inode }] of namespaces) {
      this.#inodes.delete(number);
      this.#inodes.set(number, inode);
    }
    for (const number of this.#inodes.keys()) {
      if (this.#inodes.size <= this.#most) break;
      this.#inodes.delete(number);
    }
  }

  #keptOf({ address, port, netns }: Key, workload: Attributes, snapshot: Snapshot, row: number, begin: number): Kept {
    const holder = identify(workload);
    const id = `${holder} ${netns} ${address} ${port}`;
    const failedBefore = this.#failed.get(id);
    const kept = failedBefore ?? this.#calm.get(id) ?? { holder, key: { workload, address, port }, netns, last: OUTCOMES.map(() => 0), slots: [] };
    this.#failed.delete(id);
    this.#calm.delete(id);
    const failed = failedBefore !== undefined || connectsIn(snapshot, row) > snapshot.counts[row * COLUMNS + COLUMN.connect]!;
    (failed ? this.#failed : this.#calm).use(id, kept);
    if (this.#calm.size + this.#failed.size > this.#most) this.#forgetOne(begin);
    return kept;
  }

  #forgetOne(begin: number): void {
    const from = this.#calm.size > this.#most * CALM_SHARE ? this.#calm : this.#failed;
    const { slots } = from.takeOne()!;
    const oldest = this.#oldest(begin);
    const lost = slots.filter((slot) => slot.begin >= oldest).reduce((sum, slot) => sum + slot.connects.reduce((all, count) => all + count, 0), 0);
    if (lost > 0) this.#addUnnamed(begin, lost);
  }

  #addUnnamed(begin: number, count: number): void {
    if (count === 0) return;
    const last = this.#unnamed.at(-1);
    if (last?.begin === begin) last.count += count;
    else this.#unnamed = [...this.#unnamed, { begin, count }].slice(-SLOTS);
  }
}

function connectsIn({ counts }: Snapshot, row: number): number {
  let connects = 0;
  for (let outcome = 0; outcome < OUTCOMES.length; outcome++) connects += counts[row * COLUMNS + COLUMN.connect + outcome]!;
  return connects;
}

function resetsIn({ counts }: Snapshot, row: number): Resets {
  return { peer: counts[row * COLUMNS + COLUMN.resetsIn]!, owner: counts[row * COLUMNS + COLUMN.resetsOut]! };
}

function both(a: Resets, b: Resets): Resets {
  return { peer: a.peer + b.peer, owner: a.owner + b.owner };
}

function addTo(kept: Kept, begin: number, snapshot: Snapshot, row: number): void {
  const { counts, end } = snapshot;
  let slot = kept.slots.at(-1);
  if (slot?.begin !== begin) {
    slot = { begin, connects: new Uint32Array(OUTCOMES.length), handshakes: new Uint32Array(HANDSHAKE_BOUNDS.length + 1), retransmits: 0, resets: { peer: 0, owner: 0 } };
    kept.slots = [...kept.slots, slot].slice(-SLOTS);
  }
  const first = row * COLUMNS;
  for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
    const count = counts[first + COLUMN.connect + outcome]!;
    slot.connects[outcome]! += count;
    if (count > 0) kept.last[outcome] = end;
  }
  for (let bucket = 0; bucket < slot.handshakes.length; bucket++) slot.handshakes[bucket]! += counts[first + COLUMN.handshake + bucket]!;
  slot.retransmits += counts[first + COLUMN.synRetransmits]!;
  slot.resets = both(slot.resets, resetsIn(snapshot, row));
}

function rowOf({ key, last, slots }: Kept, oldest: number, netns: number): RecentRow[] {
  const recent = slots.filter(({ begin }) => begin >= oldest);
  if (recent.length === 0) return [];
  const sum = (pick: (slot: Slot) => Uint32Array): number[] => recent.map(pick).reduce<number[]>((all, counts) => Array.from(counts, (count, at) => count + (all[at] ?? 0)), []);
  const connects = sum((slot) => slot.connects);
  return [
    {
      ...key,
      netns,
      connects,
      last: last.map((at, outcome) => (connects[outcome] === 0 ? 0 : at)),
      retransmits: recent.reduce((all, slot) => all + slot.retransmits, 0),
      resets: recent.map(({ resets }) => resets).reduce(both),
      handshakes: sum((slot) => slot.handshakes),
    },
  ];
}
