import type { Attributes } from '@opentelemetry/api';
import { KIND, KIND_TOTAL } from '../../ebpf/layout.ts';
import type { Batch, Key, ProcessInfo } from '../../ebpf/types.ts';
import { Gate } from './gate.ts';
import { describe, type Moved, wants } from './describe.ts';
import { compileFilter, type Named, type TraceFilter } from './filter.ts';
import { Reader, type Sink } from './reader.ts';
import type { WorkloadOf } from '../model/named.ts';
import { RecordView } from './record.ts';

/** Records of one batch that a tap looks at; the addon counts the others. */
const RECORDS_PER_BATCH = 4096;
/** Totals that wait for their close. It follows at once, so there are few. */
const TOTALS_KEPT = 4096;
/** How often readers are told what they did not get, milliseconds. */
const TELL_MS = 1000;

/** The part of ebpf.Manager that a tap needs. */
export interface Tapped {
  get(id: number): Key | undefined;
  owner(low: number, high: number): ProcessInfo | undefined;
  setTap(most: number, immediate: boolean): void;
}

export interface TapOptions {
  readonly ebpf: Tapped;
  readonly workloadOf: WorkloadOf;
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number;
  /** Reads the time: Unix milliseconds, and nanoseconds of CLOCK_MONOTONIC. */
  readonly clocks?: () => { readonly unix: number; readonly monotonic: number };
}

const realClocks = () => ({ unix: Date.now(), monotonic: Number(process.hrtime.bigint()) });

/**
 * Shows single events to readers while there are any. Without readers, batches contain none of these
 * records and the kernel programs send fewer; nothing here runs but one comparison per batch.
 */
export class Tap {
  readonly #options: Required<TapOptions>;
  readonly #readers = new Set<Reader>();
  readonly #gate: Gate;
  readonly #view = new RecordView();
  readonly #totals = new Map<number, Moved>();
  #namespaces: ReadonlyMap<number, { readonly inode: number }> = new Map();
  /** Of this batch: a number may mean something else in the next one. */
  readonly #workloads = new Map<number, Attributes>();
  readonly #comms = new Map<number, string | undefined>();
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TapOptions) {
    this.#options = { now: () => performance.now(), clocks: realClocks, ...options };
    this.#gate = new Gate((immediate) => this.#options.ebpf.setTap(RECORDS_PER_BATCH, immediate));
  }

  get readers(): number {
    return this.#readers.size;
  }

  open(filter: TraceFilter, sink: Sink): { close(): Reader['end'] } {
    const reader = new Reader({ filter: compileFilter(filter), sink, now: this.#options.now, since: this.#options.clocks().monotonic });
    if (this.#readers.size === 0) this.#gate.open(this.#options.now());
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => this.#readers.forEach((each) => each.tell()), TELL_MS).unref();
    return {
      close: () => {
        if (this.#readers.delete(reader) && this.#readers.size === 0) this.#end();
        return reader.end;
      },
    };
  }

  /** Call it with each batch, while its arrays are valid. */
  add(batch: Batch): void {
    if (batch.cut !== undefined) this.#namespaces = batch.cut.namespaces;
    if (this.#readers.size === 0) return;
    const lost = batch.cut?.folded.count.reduce((sum, count) => sum + count, 0) ?? 0;
    const { unix, monotonic } = this.#options.clocks();
    this.#offset = unix - monotonic / 1e6;
    for (const reader of this.#readers) {
      reader.refill();
      reader.unread(batch.untapped + lost);
    }
    const view = this.#view.of(batch);
    for (let i = 0; i < batch.length; i++) this.#offer(view.at(i));
    this.#workloads.clear();
    this.#comms.clear();
    this.#gate.passed(batch.length + batch.untapped, this.#options.now());
  }

  /** Once the programs are released. */
  close(): void {
    this.#readers.clear();
    clearInterval(this.#timer);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#totals.clear();
    this.#options.ebpf.setTap(0, false);
  }

  #offer(record: RecordView): void {
    const { cookie } = record;
    if (record.kind === KIND_TOTAL) {
      if (this.#totals.size >= TOTALS_KEPT) this.#totals.clear();
      this.#totals.set(cookie, { sent: record.sent, received: record.received, retransmits: record.retransmits });
      return;
    }
    let named: Named | undefined;
    for (const reader of this.#readers) {
      if (!wants(reader.filter, record) || (record.kind !== KIND.close && record.time < reader.since)) continue;
      named ??= this.#name(record);
      if (!reader.filter.named(named) || !reader.admit()) continue;
      for (const event of describe(record, { ...this.#around(record, named), since: reader.since })) reader.send(event);
    }
    if (this.#totals.size > 0) this.#totals.delete(cookie);
  }

  #around(record: RecordView, named: Named) {
    return {
      named,
      netns: this.#namespaces.get(record.netns)?.inode,
      timeOf: (monotonic: number) => new Date(this.#offset + monotonic / 1e6).toISOString(),
      total: this.#totals.get(record.cookie),
    };
  }

  #name(record: RecordView): Named {
    return { comm: this.#commOf(record), workload: this.#workloadOf(record.key) };
  }

  #workloadOf(id: number): Attributes {
    let workload = this.#workloads.get(id);
    if (workload === undefined) {
      const key = this.#options.ebpf.get(id);
      workload = key === undefined ? {} : this.#options.workloadOf(key);
      this.#workloads.set(id, workload);
    }
    return workload;
  }

  #commOf({ ownerLow, pid }: RecordView): string | undefined {
    const owner = pid * 2 ** 32 + ownerLow;
    if (!this.#comms.has(owner)) this.#comms.set(owner, this.#options.ebpf.owner(ownerLow, pid)?.comm);
    return this.#comms.get(owner);
  }
}
