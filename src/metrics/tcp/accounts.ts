import { millisToHrTime } from '@opentelemetry/core';
import { LISTEN_VALUES, type Key } from '../../ebpf/types.ts';
import { CgroupsInUse } from '../../identity/index.ts';
import { HANDSHAKE_BOUNDS } from '../../stream/histograms.ts';
import { COLUMN, COLUMNS, type Snapshot } from '../../stream/snapshot.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import { TCP_STATES, TCP_SYN_RECV, TCP_SYN_SENT } from '../../words/tcp-states.ts';
import type { KeyTable } from '../key-table.ts';
import type { AccountTable } from '../series/account-table.ts';
import type { Account } from '../series/account.ts';
import { anyOf } from '../series/buckets.ts';
import type { Limit, Wanted } from '../series/series.ts';
import { type AcceptAccount, Accepts } from './accepts.ts';
import { type Binding, Bindings, type Bound, attach, connectionWanted, peerWanted, portWanted, sideWanted, workloadWanted } from './bindings.ts';
import { Connections } from './connections.ts';
import { type At, type ConnectAccount, Connects } from './connects.ts';
import { type ListenerAccount, Listeners } from './listeners.ts';
import { Losses } from './losses.ts';
import { type Keep, Processes } from './processes.ts';
import { Quantiles } from './quantiles.ts';
import { Traffic, type TrafficAccounts } from './traffic.ts';
import { Workloads } from './workloads.ts';

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
const SYNACKS = LISTEN_VALUES.indexOf('synackRetransmits');

/** Folds snapshots into all families that come and go. `apply` is the whole story of a window. */
export class Accounts {
  readonly connects: Connects;
  readonly accepts: Accepts;
  readonly connections: Connections;
  readonly traffic: Traffic;
  readonly listeners: Listeners;
  readonly quantiles: Quantiles;
  readonly processes: Processes;
  readonly #bindings: Bindings;
  readonly #keys: KeyTable;
  readonly #workloads = new Workloads();
  readonly #losses = new Losses();
  readonly #retireWindows: () => number;
  #at: At = { window: 0, born: [0, 0] };

  constructor(options: AccountsOptions) {
    this.connects = new Connects(options.seriesLimit);
    this.accepts = new Accepts(options.seriesLimit);
    this.connections = new Connections(options.seriesLimit);
    this.traffic = new Traffic(options.seriesLimit);
    this.listeners = new Listeners(options.seriesLimit);
    this.quantiles = new Quantiles(options.seriesLimit);
    this.processes = new Processes(options.seriesLimit);
    this.#keys = options.keys;
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
    const told = [this.connects, this.accepts, this.connections, this.listeners, this.quantiles, this.processes];
    for (const family of told) family.begin();
    for (let row = 0; row < snapshot.rows; row++) this.#row(snapshot, row);
    this.#lost(snapshot);
    this.#live(snapshot);
    this.#listening(snapshot);
    this.connects.commit(born);
    this.connections.commit(born);
    this.quantiles.commit(born);
    this.processes.add(snapshot.cut.processes, (number) => this.#keys.process(number), window);
    this.processes.commit(born, window, keep);
    // After the rows: the last records of a process can come together with its exit.
    this.#workloads.end(snapshot.cut.gone);
    this.#bindings.release(window, (binding) => this.#isInVain(binding));
    const retireWindows = this.#retireWindows();
    for (const family of [this.connects, this.accepts, this.traffic, this.listeners]) family.retire(window, retireWindows);
  }

  #row(snapshot: Snapshot, row: number): void {
    const binding = this.#bindings.get(snapshot.keys[row]!, this.#at.window);
    const { counts } = snapshot;
    const first = row * COLUMNS;
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      const count = counts[first + COLUMN.connect + outcome]!;
      if (count > 0) this.#ended(binding, outcome, count);
    }
    const accepted = counts[first + COLUMN.accept]!;
    if (accepted > 0) this.#accepted(binding, accepted);
    if (counts[first + COLUMN.connect]! > 0 && anyOf(counts, first + COLUMN.handshake, HANDSHAKE_BOUNDS.length + 1)) this.quantiles.add(binding?.traffic.peer?.wanted, counts, first + COLUMN.handshake);
    this.traffic.add(snapshot, row, binding?.traffic, this.#at.born);
    if (binding !== undefined) this.#moved(binding);
  }

  #ended(binding: Binding | undefined, outcome: number, count: number): void {
    this.connects.addEnded(this.#connects(binding), outcome, count, this.#at, binding !== undefined);
    // Of what was lost in the kernel the process is not known. All else is in the counts of processes.
    if (binding?.key.whose === 'folded') this.processes.unowned += count;
  }

  #accepted(binding: Binding | undefined, count: number): void {
    this.accepts.add(this.#accepts(binding), count, this.#at, binding !== undefined);
  }

  /** Records that the kernel counted but could not send are known by outcome only. */
  #lost(snapshot: Snapshot): void {
    const lost = this.#losses.since(snapshot.cut.stats.lost);
    lost.connects.forEach((count, outcome) => {
      if (count === 0) return;
      this.#ended(undefined, outcome, count);
      this.processes.unowned += count;
    });
    if (lost.accepts > 0) this.#accepted(undefined, lost.accepts);
  }

  #live({ cut: { live } }: Snapshot): void {
    for (let row = 0; row < live.rows; row++) {
      const state = live.state[row]!;
      const count = live.count[row]!;
      const binding = this.#bindings.get(live.key[row]!, this.#at.window);
      if (count === 0 || state === CLOSED || state === TIME_WAIT) continue;
      if (binding !== undefined) binding.alive = this.#at.window;
      this.connections.add(binding === undefined || binding.key.fold === 'workload' ? undefined : connectionWanted(binding, state), count);
      if (state === TCP_SYN_SENT || state === TCP_SYN_RECV) this.#pending(binding, state, count);
    }
  }

  #pending(binding: Binding | undefined, state: number, count: number): void {
    // The role of sockets without a key is not known; only a client is ever in syn_sent.
    if (binding === undefined ? state !== TCP_SYN_SENT : binding.key.role !== 'client') return;
    this.connects.addPending(this.#connects(binding), count, this.#at);
    if (binding !== undefined) this.#moved(binding);
  }

  #listening({ cut: { listeners } }: Snapshot): void {
    const width = LISTEN_VALUES.length;
    for (let row = 0; row < listeners.rows; row++) {
      const binding = this.#bindings.get(listeners.key[row]!, this.#at.window);
      const values = listeners.values.subarray(row * width, (row + 1) * width);
      this.listeners.add(this.#listener(binding), values);
      this.traffic.addSynacks(binding?.traffic, values[SYNACKS]!, this.#at.born);
      if (binding !== undefined) this.#moved(binding);
    }
  }

  #connects(binding: Binding | undefined): ConnectAccount {
    if (binding === undefined) return this.connects.overflow(this.#at.born);
    return (binding.connects ??= this.#own(binding, this.connects, binding.traffic.peer?.wanted));
  }

  #accepts(binding: Binding | undefined): AcceptAccount {
    if (binding === undefined) return this.accepts.overflow(this.#at.born);
    return (binding.accepts ??= this.#own(binding, this.accepts, wantedPort(binding.key)));
  }

  #listener(binding: Binding | undefined): ListenerAccount {
    if (binding === undefined) return this.listeners.overflow(this.#at.born);
    return (binding.listener ??= this.#own(binding, this.listeners, wantedPort(binding.key)));
  }

  /** @param wanted undefined for a key that stands for several: it would have a series if there were room */
  #own<A extends Account>(binding: Binding, of: AccountTable<A>, wanted: Wanted | undefined): A {
    const { born, window } = this.#at;
    const account = wanted === undefined ? of.refuse(born) : of.account(wanted, born, window);
    attach(binding, account);
    return account;
  }

  /** All accounts of a key move together, so that none is retired before the others. */
  #moved({ accounts, key }: Binding): void {
    for (const account of accounts) {
      account.moved = this.#at.window;
      if (this.#holds(account)) this.#workloads.use(key.workload, account);
    }
  }

  /** Whether its connects, or what is accepted, count in an overflow series. */
  #isInVain({ connects, accepts, key }: Binding): boolean {
    if (key.fold !== 'none') return false;
    return (connects !== undefined && this.connects.isOverflow(connects)) || (accepts !== undefined && this.accepts.isOverflow(accepts));
  }

  /** Whether it has a place of its own: what has none must not be kept by its workloads. */
  #holds(account: Account): boolean {
    if ('places' in account) return account.places !== 0;
    return !(this.connects.isOverflow(account) || this.accepts.isOverflow(account) || this.listeners.isOverflow(account));
  }

  #bind(key: Key): Bound {
    const traffic = this.#traffic(key);
    const none = { traffic, connects: undefined, accepts: undefined, listener: undefined };
    if (key.role === 'client') return { ...none, connects: traffic.peer && this.connects.find(traffic.peer.wanted) };
    const port = wantedPort(key);
    return port === undefined ? none : { ...none, accepts: this.accepts.find(port), listener: this.listeners.find(port) };
  }

  /** Of a key that stands for several peers the workload is known; of one for several workloads nothing is. */
  #traffic(key: Key): TrafficAccounts {
    const account = (wanted: Wanted) => this.traffic.account(wanted, this.#at.window);
    if (key.fold === 'workload') return { peer: undefined, workload: undefined, side: undefined };
    const peer = key.fold === 'peer' && key.role === 'client' ? undefined : account(peerWanted(key));
    return { peer, workload: account(workloadWanted(key)), side: account(sideWanted(key)) };
  }
}

function wantedPort(key: Key): Wanted | undefined {
  return key.fold === 'none' ? portWanted(key) : undefined;
}
