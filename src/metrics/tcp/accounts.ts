import { millisToHrTime } from '@opentelemetry/core';
import { LISTEN_VALUES, type Key } from '../../ebpf/types.ts';
import { CgroupsInUse, type ContainerNames, type PeerNaming } from '../../identity/index.ts';
import { HANDSHAKE_BOUNDS } from '../../stream/histograms.ts';
import { COLUMN, COLUMNS, type Snapshot } from '../../stream/snapshot.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import { TCP_STATES, TCP_SYN_RECV, TCP_SYN_SENT } from '../../words/tcp-states.ts';
import { type KeyNames, wantedOf } from '../attributes/of-key.ts';
import type { PeerNames } from '../attributes/peer-names.ts';
import { PerShape } from '../attributes/per-shape.ts';
import type { Shape, Shapes } from '../attributes/shapes.ts';
import type { Overflows } from '../drift/overflows.ts';
import type { Filters } from '../filters/filters.ts';
import type { KeyTable } from '../key-table.ts';
import type { AccountTable } from '../series/account-table.ts';
import type { Account } from '../series/account.ts';
import { anyOf } from '../series/buckets.ts';
import { type Limit, type Wanted, extend } from '../series/series.ts';
import { type AcceptAccount, Accepts } from './accepts.ts';
import { type Binding, Bindings, type Bound, attach } from './bindings.ts';
import { Connections } from './connections.ts';
import { type At, type ConnectAccount, Connects } from './connects.ts';
import { ACCEPTS, CONNECTS, LISTENERS, QUANTILES } from './groups.ts';
import { type ListenerAccount, Listeners } from './listeners.ts';
import { Losses } from './losses.ts';
import { shareOverflows } from './overflows.ts';
import { type Keep, Processes } from './processes.ts';
import { Quantiles } from './quantiles.ts';
import { Traffic } from './traffic.ts';
import { Held, Waiting } from './waiting.ts';
import { Workloads } from './workloads.ts';

export interface AccountsOptions {
  readonly keys: KeyTable;
  readonly seriesLimit: Limit;
  readonly shapes: Shapes;
  readonly filters: Filters;
  readonly peerNames: PeerNames;
  /** undefined: containers have no names. */
  readonly names: ContainerNames | undefined;
  /** undefined: peers have the names of ranges alone. */
  readonly peers: PeerNaming | undefined;
  /** What the kernel counted of a network namespace; undefined: not known. */
  readonly overflows: (netns: number) => Overflows | undefined;
  /** Windows that counters without a process stay. */
  readonly retireWindows: () => number;
  /** The path of a cgroup is not understood. */
  readonly onUnresolved: (path: string) => void;
}

const OPEN = 'connwatch.tcp.connections';
const CLOSED = TCP_STATES.indexOf('closed');
const TIME_WAIT = TCP_STATES.indexOf('time_wait');
const SYNACKS = LISTEN_VALUES.indexOf('synackRetransmits');

/** Folds snapshots into all families that come and go. `apply` is the whole story of a window. */
export class Accounts {
  readonly connects: PerShape<Connects, (typeof CONNECTS)[number]>;
  readonly accepts: PerShape<Accepts, (typeof ACCEPTS)[number]>;
  readonly connections: Connections;
  readonly traffic: Traffic;
  readonly listeners: PerShape<Listeners, (typeof LISTENERS)[number]>;
  readonly quantiles: PerShape<Quantiles, (typeof QUANTILES)[number]>;
  readonly processes: Processes;
  readonly waiting: Waiting;
  readonly #shapes: Shapes;
  readonly #filters: Filters;
  readonly #peerNames: PeerNames;
  readonly #peers: PeerNaming | undefined;
  readonly #overflows: AccountsOptions['overflows'];
  /** Of the snapshot that is being applied. */
  #namespaces: Snapshot['cut']['namespaces'] = new Map();
  readonly #bindings: Bindings;
  readonly #keys: KeyTable;
  readonly #workloads = new Workloads();
  readonly #losses = new Losses();
  readonly #retireWindows: () => number;
  #at: At = { window: 0, born: [0, 0] };

  constructor(options: AccountsOptions) {
    const { seriesLimit: limit, shapes } = options;
    this.connects = new PerShape(shapes, CONNECTS, () => new Connects(limit, shapes));
    this.accepts = new PerShape(shapes, ACCEPTS, () => new Accepts(limit));
    this.connections = new Connections(limit);
    this.traffic = new Traffic(limit, shapes);
    this.listeners = new PerShape(shapes, LISTENERS, () => new Listeners(limit));
    this.quantiles = new PerShape(shapes, QUANTILES, () => new Quantiles(limit));
    this.processes = new Processes(limit, shapes);
    this.#shapes = shapes;
    this.#filters = options.filters;
    this.#peerNames = options.peerNames;
    this.#peers = options.peers;
    this.#overflows = options.overflows;
    this.#keys = options.keys;
    this.waiting = new Waiting({ names: options.names, peers: options.peers, keys: options.keys });
    this.#bindings = new Bindings(options.keys, new CgroupsInUse(options.onUnresolved), (key) => this.#bind(key));
    this.#retireWindows = options.retireWindows;
  }

  /** The cgroups of what was seen in the last windows, by what they were taken for. */
  get cgroups(): CgroupsInUse['counts'] {
    return this.#bindings.cgroups.counts;
  }

  apply(snapshot: Snapshot, keep: Keep): void {
    this.#at = { window: this.#at.window + 1, born: millisToHrTime(snapshot.start) };
    const { window, born } = this.#at;
    this.#namespaces = snapshot.cut.namespaces;
    const told = [...this.connects, ...this.accepts, this.connections, ...this.listeners, ...this.quantiles, this.processes];
    for (const family of told) family.begin();
    this.#settle(this.waiting.settle());
    for (let row = 0; row < snapshot.rows; row++) this.#row(snapshot, row);
    this.#lost(snapshot);
    this.#live(snapshot);
    this.#listening(snapshot);
    for (const family of [...this.connects, this.connections, ...this.quantiles]) family.commit(born);
    if (this.#shapes.of('tcp.connects_by_pid') !== undefined) {
      this.processes.add(snapshot.cut.processes, (number) => this.#keys.process(number), window);
      this.processes.commit(born, window, keep);
    }
    // After the rows: the last records of a process can come together with its exit.
    this.#workloads.end(snapshot.cut.gone);
    this.waiting.end(snapshot.cut.gone);
    this.#bindings.release(window, (binding) => this.#isInVain(binding));
    const retireWindows = this.#retireWindows();
    for (const family of [...this.connects, ...this.accepts, this.traffic, ...this.listeners]) family.retire(window, retireWindows);
  }

  /** Counts what still waits, under the names that are known. For the end: nothing follows. */
  flush(): void {
    this.#settle(this.waiting.settle(true));
    for (const family of this.connects) family.commit(this.#at.born);
  }

  #row(snapshot: Snapshot, row: number): void {
    const id = snapshot.keys[row]!;
    const held = this.#held(id);
    if (held !== undefined) held.add(snapshot, row);
    else this.#count(snapshot, row, this.#bindings.get(id, this.#at.window));
  }

  /** Where the counts of a key wait; undefined: it counts at once. */
  #held(id: number): Held | undefined {
    return id === 0 || this.#bindings.has(id) ? undefined : this.waiting.hold(id, this.#at.born);
  }

  /** What has waited counts from when it began. */
  #settle(settled: readonly Held[]): void {
    const at = this.#at;
    for (const held of settled) {
      this.#at = { window: at.window, born: held.born };
      const binding = this.#bindings.get(held.id, at.window, held.key);
      this.#count(held, 0, binding);
      if (held.listened !== undefined) this.#listens(binding, held.listened);
    }
    this.#at = at;
  }

  #count(snapshot: Pick<Snapshot, 'counts' | 'sums'>, row: number, binding: Binding | undefined): void {
    const { counts } = snapshot;
    const first = row * COLUMNS;
    if (binding?.leftOut) {
      this.#leftOut(binding, counts, first);
      return;
    }
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      const count = counts[first + COLUMN.connect + outcome]!;
      if (count > 0) this.#ended(binding, outcome, count);
    }
    const accepted = counts[first + COLUMN.accept]!;
    if (accepted > 0) this.#accepted(binding, accepted);
    if (counts[first + COLUMN.connect]! > 0 && anyOf(counts, first + COLUMN.handshake, HANDSHAKE_BOUNDS.length + 1)) {
      for (const { shape, table } of this.quantiles.all) table.add(this.#wanted(binding, shape), counts, first + COLUMN.handshake);
    }
    this.traffic.add(snapshot, row, binding?.traffic, this.#at.born);
    if (binding !== undefined) this.#moved(binding);
  }

  #leftOut({ key }: Binding, counts: Uint32Array, first: number): void {
    const { left } = this.#filters;
    let connects = 0;
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) connects += counts[first + COLUMN.connect + outcome]!;
    left.connect += connects;
    // Connects by process are not filtered.
    if (key.whose === 'folded') this.processes.unowned += connects;
    left.accept += counts[first + COLUMN.accept]!;
    left.close += counts[first + COLUMN.close]!;
  }

  #ended(binding: Binding | undefined, outcome: number, count: number): void {
    this.connects.all.forEach(({ table }, at) => table.addEnded(this.#connects(binding, at), outcome, count, this.#at));
    // Of what was lost in the kernel the process is not known. All else is in the counts of processes.
    if (binding?.key.whose === 'folded') this.processes.unowned += count;
  }

  #accepted(binding: Binding | undefined, count: number): void {
    this.accepts.all.forEach(({ table }, at) => table.add(this.#accepts(binding, at), count, this.#at));
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
      if (this.#held(live.key[row]!) !== undefined) continue;
      const binding = this.#bindings.get(live.key[row]!, this.#at.window);
      if (count === 0 || state === CLOSED || state === TIME_WAIT) continue;
      if (binding !== undefined) binding.alive = this.#at.window;
      if (binding?.leftOut) continue;
      this.#open(binding, state, count);
      if (state === TCP_SYN_SENT || state === TCP_SYN_RECV) this.#pending(binding, state, count);
    }
  }

  #open(binding: Binding | undefined, state: number, count: number): void {
    const shape = this.#shapes.of(OPEN);
    if (shape === undefined) return;
    const known = binding?.connections[state];
    const whose = known ?? this.#wanted(binding, shape);
    const wanted = known ?? (whose && extend(whose, this.#shapes.pick(OPEN, { 'network.connection.state': TCP_STATES[state] ?? 'unknown' })));
    if (binding !== undefined) binding.connections[state] = wanted;
    this.connections.add(wanted, count);
  }

  #pending(binding: Binding | undefined, state: number, count: number): void {
    // The role of sockets without a key is not known; only a client is ever in syn_sent.
    if (binding === undefined ? state !== TCP_SYN_SENT : binding.key.role !== 'client') return;
    this.connects.all.forEach(({ table }, at) => table.addPending(this.#connects(binding, at), count, this.#at));
    if (binding !== undefined) this.#moved(binding);
  }

  #listening({ cut: { listeners } }: Snapshot): void {
    const width = LISTEN_VALUES.length;
    const places = new Map<number, { readonly to: Binding | Held | undefined; readonly values: Float64Array }[]>();
    for (let row = 0; row < listeners.rows; row++) {
      const to = this.#held(listeners.key[row]!) ?? this.#bindings.get(listeners.key[row]!, this.#at.window);
      const values = listeners.values.subarray(row * width, (row + 1) * width);
      const netns = to?.key.netns ?? 0;
      const place = places.get(netns);
      if (place === undefined) places.set(netns, [{ to, values }]);
      else place.push({ to, values });
    }
    for (const [netns, rows] of places) {
      const overflows = this.#overflows(netns);
      const values = rows.map((row) => row.values);
      const shared = overflows === undefined ? values : shareOverflows(values, (drops, guess) => overflows.among(drops, guess));
      rows.forEach(({ to }, i) => {
        if (to instanceof Held) to.addListening(shared[i]!);
        else this.#listens(to, shared[i]!);
      });
    }
  }

  #listens(binding: Binding | undefined, values: Float64Array): void {
    if (binding?.leftOut) return;
    this.listeners.all.forEach(({ table }, at) => table.add(this.#listener(binding, at), values));
    this.traffic.addSynacks(binding?.traffic, values[SYNACKS]!, this.#at.born);
    if (binding !== undefined) this.#moved(binding);
  }

  #connects(binding: Binding | undefined, at: number): ConnectAccount {
    const { shape, table } = this.connects.all[at]!;
    if (binding === undefined) return table.overflow(this.#at.born);
    return (binding.connects[at] ??= this.#own(binding, table, this.#wanted(binding, shape)));
  }

  #accepts(binding: Binding | undefined, at: number): AcceptAccount {
    const { shape, table } = this.accepts.all[at]!;
    if (binding === undefined) return table.overflow(this.#at.born);
    return (binding.accepts[at] ??= this.#own(binding, table, this.#wanted(binding, shape)));
  }

  #listener(binding: Binding | undefined, at: number): ListenerAccount {
    const { shape, table } = this.listeners.all[at]!;
    if (binding === undefined) return table.overflow(this.#at.born);
    return (binding.listeners[at] ??= this.#own(binding, table, this.#wanted(binding, shape)));
  }

  /** @param wanted undefined for a key that stands for several: it would have a series if there were room */
  #own<A extends Account>(binding: Binding, of: AccountTable<A>, wanted: Wanted | undefined): A {
    const { born, window } = this.#at;
    const account = wanted === undefined ? of.refuse(born) : of.account(wanted, born, window);
    attach(binding, account);
    return account;
  }

  /** Of an account of traffic if one holds it: an object for each key costs memory. */
  #wanted(binding: Binding | undefined, shape: Shape): Wanted | undefined {
    if (binding === undefined) return undefined;
    const held = this.traffic.held(binding.traffic, shape);
    return held?.wanted ?? (binding.wanted[shape.index] ??= wantedOf(binding.key, shape, binding.names));
  }

  /** All accounts of a key move together, so that none is retired before the others. */
  #moved({ accounts, key }: Binding): void {
    for (const account of accounts) {
      account.moved = this.#at.window;
      if (this.#holds(account)) this.#workloads.use(key.workload, account);
    }
  }

  /** Whether its connects, or what is accepted, count in an overflow series, or not at all. */
  #isInVain({ connects, accepts, key, leftOut }: Binding): boolean {
    if (leftOut) return true;
    if (key.fold !== 'none') return false;
    const { all } = this.connects;
    return connects.some((account, at) => account !== undefined && all[at]!.table.isOverflow(account)) || accepts.some((account, at) => account !== undefined && this.accepts.all[at]!.table.isOverflow(account));
  }

  /** Whether it has a place of its own: what has none must not be kept by its workloads. */
  #holds(account: Account): boolean {
    if ('places' in account) return account.places !== 0;
    for (const tables of [this.connects, this.accepts, this.listeners]) for (const table of tables) if (table.isOverflow(account)) return false;
    return true;
  }

  /** A range of the settings comes before what Kubernetes knows. */
  #namesOf(key: Key): KeyNames {
    const peer = key.role === 'client' && key.address !== '' ? (this.#peerNames.of(key.address) ?? this.#peers?.of(key.address, key.port)) : undefined;
    return { container: this.waiting.nameOf(key), peer, client: this.#peerNames.ofRange(key.clientRange ?? 0) };
  }

  /** Of a client the connects and of a server the rest are looked for, because the other has none. */
  #bind(key: Key): Bound {
    const names = this.#namesOf(key);
    if (this.#filters.leaveOut(key, this.#namespaces)) return { leftOut: true, names, traffic: [], connects: [], accepts: [], listeners: [] };
    const { window } = this.#at;
    const account = (shape: Shape) => {
      const wanted = wantedOf(key, shape, names);
      return wanted && this.traffic.account(wanted, window);
    };
    const find = <A extends Account>({ all }: { readonly all: readonly { readonly shape: Shape; readonly table: AccountTable<A> }[] }) =>
      all.map(({ shape, table }) => {
        const wanted = wantedOf(key, shape, names);
        return wanted && table.find(wanted);
      });
    const client = key.role === 'client';
    return {
      leftOut: false,
      names,
      traffic: this.traffic.shapes.map(account),
      connects: client ? find(this.connects) : [],
      accepts: client ? [] : find(this.accepts),
      listeners: client ? [] : find(this.listeners),
    };
  }
}
