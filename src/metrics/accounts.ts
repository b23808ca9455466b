import { millisToHrTime } from '@opentelemetry/core';
import { OUTCOMES, TCP_STATES, TCP_SYN_RECV, TCP_SYN_SENT } from '../ebpf/layout.ts';
import type { Key } from '../ebpf/types.ts';
import { CgroupsInUse } from '../identity/index.ts';
import { COLUMN, COLUMNS, type Snapshot } from '../stream/snapshot.ts';
import { Accepts } from './accepts.ts';
import { type Binding, Bindings, acceptWanted, connectWanted, connectionWanted } from './bindings.ts';
import type { KeyTable } from './key-table.ts';
import { Connections } from './connections.ts';
import { type At, Connects } from './connects.ts';
import { Losses } from './losses.ts';
import { type Keep, Processes } from './processes.ts';
import type { Limit } from './series.ts';

export interface AccountsOptions {
  readonly keys: KeyTable;
  readonly seriesLimit: Limit;
  /** Windows that counters without a process stay. */
  readonly retireWindows: () => number;
  /** The path of a cgroup is not understood. */
  readonly onUnresolved: (path: string) => void;
}

const CLOSED = TCP_STATES.indexOf('closed');
const TIME_WAIT = TCP_STATES.indexOf('time_wait');

/** Folds snapshots into all families that come and go. `apply` is the whole story of a window. */
export class Accounts {
  readonly connects: Connects;
  readonly accepts: Accepts;
  readonly connections: Connections;
  readonly processes: Processes;
  readonly #bindings: Bindings;
  readonly #losses = new Losses();
  readonly #retireWindows: () => number;
  #at: At = { window: 0, born: [0, 0] };

  constructor(options: AccountsOptions) {
    this.connects = new Connects(options.seriesLimit);
    this.accepts = new Accepts(options.seriesLimit);
    this.connections = new Connections(options.seriesLimit);
    this.processes = new Processes(options.seriesLimit);
    this.#bindings = new Bindings(options.keys, new CgroupsInUse(options.onUnresolved), (key) => this.#bind(key));
    this.#retireWindows = options.retireWindows;
  }

  /** Records counted in an overflow series for want of a place. */
  get folded(): number {
    return this.connects.folded + this.accepts.folded;
  }

  /** The cgroups of what was seen in the last windows, by what they were taken for. */
  get cgroups(): CgroupsInUse['counts'] {
    return this.#bindings.cgroups.counts;
  }

  apply(snapshot: Snapshot, keep: Keep): void {
    this.#at = { window: this.#at.window + 1, born: millisToHrTime(snapshot.start) };
    const { window, born } = this.#at;
    this.connects.begin();
    this.accepts.begin();
    this.connections.begin();
    this.processes.begin();
    for (let row = 0; row < snapshot.rows; row++) this.#row(snapshot, row);
    this.#lost(snapshot);
    this.#live(snapshot);
    this.connects.commit(born);
    this.connections.commit(born);
    // After the rows: the last records of a process can come together with its exit.
    this.processes.exit(snapshot.cut.exited, window);
    this.processes.commit(born, window, keep);
    this.#bindings.release(window);
    const retireWindows = this.#retireWindows();
    this.connects.retire(window, retireWindows);
    this.accepts.retire(window, retireWindows);
  }

  #row({ keys, counts }: Snapshot, row: number): void {
    const binding = this.#bindings.get(keys[row]!, this.#at.window);
    const first = row * COLUMNS;
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      const count = counts[first + COLUMN.connect + outcome]!;
      if (count > 0) this.#ended(binding, outcome, count);
    }
    const accepted = counts[first + COLUMN.accept]!;
    if (accepted > 0) this.#accepted(binding, accepted);
  }

  #ended(binding: Binding | undefined, outcome: number, count: number): void {
    const account = binding?.connects ?? this.connects.overflow(this.#at.born);
    this.connects.addEnded(account, outcome, count, this.#at, binding !== undefined);
    if (binding?.process === undefined) this.processes.unowned += count;
    else binding.process.ended += count;
  }

  #accepted(binding: Binding | undefined, count: number): void {
    const account = binding?.accepts ?? this.accepts.overflow(this.#at.born);
    this.accepts.add(account, count, this.#at, binding !== undefined);
  }

  /** Records that the kernel counted but could not send are known by outcome only. */
  #lost(snapshot: Snapshot): void {
    const lost = this.#losses.since(snapshot.cut.stats.lost);
    lost.connects.forEach((count, outcome) => {
      if (count > 0) this.#ended(undefined, outcome, count);
    });
    if (lost.accepts > 0) this.#accepted(undefined, lost.accepts);
  }

  #live({ cut: { live } }: Snapshot): void {
    for (let row = 0; row < live.rows; row++) {
      const state = live.state[row]!;
      const count = live.count[row]!;
      const binding = this.#bindings.get(live.key[row]!, this.#at.window);
      if (count === 0 || state === CLOSED || state === TIME_WAIT) continue;
      this.connections.add(binding && connectionWanted(binding, state), count);
      if (state === TCP_SYN_SENT || state === TCP_SYN_RECV) this.#pending(binding, state, count);
    }
  }

  #pending(binding: Binding | undefined, state: number, count: number): void {
    if (binding === undefined) {
      // The role of sockets without a key is not known; only a client is ever in syn_sent.
      if (state === TCP_SYN_SENT) this.connects.addPending(this.connects.overflow(this.#at.born), count, this.#at);
      return;
    }
    if (binding.connects === undefined) return;
    this.connects.addPending(binding.connects, count, this.#at);
    if (binding.process !== undefined) binding.process.pending += count;
  }

  #bind(key: Key): Omit<Binding, 'key' | 'connections' | 'seen'> {
    const { window, born } = this.#at;
    const process = key.process && this.processes.of(key.process, window);
    const client = key.role === 'client';
    const connects = client ? this.connects.account(connectWanted(key), born, window) : undefined;
    const accepts = client ? undefined : this.accepts.account(acceptWanted(key), born, window);
    const account = connects ?? accepts!;
    const over = this.connects.isOverflow(account) || this.accepts.isOverflow(account);
    if (process !== undefined && !over) this.processes.use(process, account);
    return { process, connects, accepts };
  }
}
