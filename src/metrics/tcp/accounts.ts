import { millisToHrTime } from '@opentelemetry/core';
import { LISTEN_VALUES } from '../../ebpf/types.ts';
import { CgroupsInUse, type ContainerNames } from '../../identity/index.ts';
import { HANDSHAKE_BOUNDS } from '../../stream/histograms.ts';
import { COLUMN, COLUMNS, type Snapshot } from '../../stream/snapshot.ts';
import { type Pieces, atOnce } from '../../internal/pieces.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import { TCP_STATES, TCP_SYN_RECV, TCP_SYN_SENT } from '../../words/tcp-states.ts';
import { PerShape } from '../attributes/per-shape.ts';
import type { Overflows } from '../drift/overflows.ts';
import type { KeyTable } from '../key-table.ts';
import { anyOf } from '../series/buckets.ts';
import { extend } from '../series/series.ts';
import { type Binding, Bindings } from './bindings.ts';
import { Connections } from './connections.ts';
import { QUANTILES } from './groups.ts';
import { Losses } from './losses.ts';
import { shareOverflows } from './overflows.ts';
import { type Keep, Processes } from './processes.ts';
import { Quantiles } from './quantiles.ts';
import type { RowCounts } from './traffic.ts';
import { Tables, type TablesOptions } from './tables.ts';
import { Held, Waiting } from './waiting.ts';

export interface AccountsOptions extends Omit<TablesOptions, 'nameOf'> {
  readonly keys: KeyTable;
  /** undefined: containers have no names. */
  readonly names: ContainerNames | undefined;
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

/** Work of a piece: a row of a known key is one, a new key is as much work as so many known ones. */
const PIECE = 2048;
const NEW_KEY = 16;

/** Folds snapshots into all families that come and go. `apply` is the whole story of a window. */
export class Accounts {
  readonly connections: Connections;
  readonly quantiles: PerShape<Quantiles, (typeof QUANTILES)[number]>;
  readonly processes: Processes;
  readonly waiting: Waiting;
  readonly #shapes: TablesOptions['shapes'];
  readonly #filters: TablesOptions['filters'];
  readonly #overflows: AccountsOptions['overflows'];
  readonly #bindings: Bindings;
  readonly #keys: KeyTable;
  readonly tables: Tables;
  readonly #losses = new Losses();
  readonly #retireWindows: () => number;
  /** Work since the last pause, and how many bindings there were then. */
  #done = 0;
  #made = 0;

  constructor(options: AccountsOptions) {
    const { seriesLimit: limit, shapes } = options;
    this.connections = new Connections(limit);
    this.quantiles = new PerShape(shapes, QUANTILES, () => new Quantiles(limit));
    this.processes = new Processes(limit, shapes);
    this.#shapes = shapes;
    this.#filters = options.filters;
    this.#overflows = options.overflows;
    this.#keys = options.keys;
    this.waiting = new Waiting({ names: options.names, peers: options.peers, keys: options.keys });
    this.tables = new Tables({ ...options, nameOf: (key) => this.waiting.nameOf(key) });
    this.#bindings = new Bindings(options.keys, new CgroupsInUse(options.onUnresolved), (key) => this.tables.bind(key));
    this.#retireWindows = options.retireWindows;
  }

  /** The cgroups of what was seen in the last windows, by what they were taken for. */
  get cgroups(): CgroupsInUse['counts'] {
    return this.#bindings.cgroups.counts;
  }

  /** A window of few keys is one piece. Between two pieces the counts of some keys are those of the window before. */
  *apply(snapshot: Snapshot, keep: Keep): Pieces<void> {
    this.tables.at = { window: this.tables.at.window + 1, born: millisToHrTime(snapshot.start) };
    const { window, born } = this.tables.at;
    this.tables.namespaces = snapshot.cut.namespaces;
    this.#done = 0;
    const told = [...this.tables.connects, ...this.tables.accepts, this.connections, ...this.tables.listeners, ...this.quantiles, this.processes];
    for (const family of told) {
      family.begin();
      if (this.#isPiece(this.#step)) yield;
    }
    yield* this.#settle(this.waiting.settle());
    for (let row = 0; row < snapshot.rows; row++) {
      this.#row(snapshot, row);
      if (this.#isPiece(1)) yield;
    }
    this.#lost(snapshot);
    yield* this.#live(snapshot);
    this.#listening(snapshot);
    for (const family of [...this.tables.connects, this.connections, ...this.quantiles]) {
      family.commit(born);
      if (this.#isPiece(this.#step)) yield;
    }
    if (this.#shapes.of('tcp.connects_by_pid') !== undefined) {
      this.processes.add(snapshot.cut.processes, (number) => this.#keys.process(number), window);
      this.processes.commit(born, window, keep);
    }
    // After the rows: the last records of a process can come together with its exit.
    this.tables.end(snapshot.cut.gone);
    this.waiting.end(snapshot.cut.gone);
    this.#bindings.end(snapshot.cut.gone);
    if (this.#isPiece(this.#step)) yield;
    this.#bindings.release(window, (binding) => this.tables.isInVain(binding));
    for (const family of this.tables.retiring) {
      if (this.#isPiece(this.#step)) yield;
      family.retire(window, this.#retireWindows());
    }
  }

  /** Work of a step that looks at each account or each key. */
  get #step(): number {
    return this.#bindings.size / 8;
  }

  /** Counts what still waits, under the names that are known. For the end: nothing follows. */
  flush(): void {
    atOnce(this.#settle(this.waiting.settle(true)));
    for (const family of this.tables.connects) family.commit(this.tables.at.born);
  }

  /** Whether it is time for a pause. @param work what has been done since it was asked last */
  #isPiece(work: number): boolean {
    this.#done += work + NEW_KEY * (this.#bindings.made - this.#made);
    this.#made = this.#bindings.made;
    if (this.#done < PIECE) return false;
    this.#done = 0;
    return true;
  }

  #row(snapshot: Snapshot, row: number): void {
    const id = snapshot.keys[row]!;
    const held = this.#held(id);
    if (held !== undefined) held.add(snapshot, row);
    else this.#count(snapshot, row, this.#bindings.get(id, this.tables.at.window));
  }

  /** Where the counts of a key wait; undefined: it counts at once. */
  #held(id: number): Held | undefined {
    return id === 0 || this.#bindings.has(id) ? undefined : this.waiting.hold(id, this.tables.at.born);
  }

  /** What has waited counts from when it began. */
  *#settle(settled: readonly Held[]): Pieces<void> {
    const at = this.tables.at;
    for (const held of settled) {
      this.tables.at = { window: at.window, born: held.born };
      const binding = this.#bindings.get(held.id, at.window, held.key);
      this.#count(held, 0, binding);
      if (held.listened !== undefined) this.#listens(binding, held.listened);
      this.tables.at = at;
      if (this.#isPiece(1)) yield;
    }
  }

  #count(snapshot: RowCounts, row: number, binding: Binding | undefined): void {
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
      for (const { shape, table } of this.quantiles.all) table.add(this.tables.wanted(binding, shape), counts, first + COLUMN.handshake);
    }
    this.tables.traffic.add(snapshot, row, binding?.traffic, this.tables.at.born);
    if (binding !== undefined) this.tables.moved(binding);
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
    this.tables.connects.all.forEach(({ table }, at) => table.addEnded(this.tables.connect(binding, at), outcome, count, this.tables.at));
    // Of what was lost in the kernel the process is not known. All else is in the counts of processes.
    if (binding?.key.whose === 'folded') this.processes.unowned += count;
  }

  #accepted(binding: Binding | undefined, count: number): void {
    this.tables.accepts.all.forEach(({ table }, at) => table.add(this.tables.accept(binding, at), count, this.tables.at));
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

  *#live({ cut: { live } }: Snapshot): Pieces<void> {
    for (let row = 0; row < live.rows; row++) {
      if (this.#isPiece(1)) yield;
      const state = live.state[row]!;
      const count = live.count[row]!;
      if (this.#held(live.key[row]!) !== undefined) continue;
      const binding = this.#bindings.get(live.key[row]!, this.tables.at.window);
      if (count === 0 || state === CLOSED || state === TIME_WAIT) continue;
      if (binding !== undefined) binding.alive = this.tables.at.window;
      if (binding?.leftOut) continue;
      this.#open(binding, state, count);
      if (state === TCP_SYN_SENT || state === TCP_SYN_RECV) this.#pending(binding, state, count);
    }
  }

  #open(binding: Binding | undefined, state: number, count: number): void {
    const shape = this.#shapes.of(OPEN);
    if (shape === undefined) return;
    const known = binding?.connections[state];
    const whose = known ?? this.tables.wanted(binding, shape);
    const wanted = known ?? (whose && extend(whose, this.#shapes.pick(OPEN, { 'network.connection.state': TCP_STATES[state] ?? 'unknown' })));
    if (binding !== undefined) binding.connections[state] = wanted;
    this.connections.add(wanted, count);
  }

  #pending(binding: Binding | undefined, state: number, count: number): void {
    // The role of sockets without a key is not known; only a client is ever in syn_sent.
    if (binding === undefined ? state !== TCP_SYN_SENT : binding.key.role !== 'client') return;
    this.tables.connects.all.forEach(({ table }, at) => table.addPending(this.tables.connect(binding, at), count, this.tables.at));
    if (binding !== undefined) this.tables.moved(binding);
  }

  #listening({ cut: { listeners } }: Snapshot): void {
    const width = LISTEN_VALUES.length;
    const places = new Map<number, { readonly to: Binding | Held | undefined; readonly values: Float64Array }[]>();
    for (let row = 0; row < listeners.rows; row++) {
      const to = this.#held(listeners.key[row]!) ?? this.#bindings.get(listeners.key[row]!, this.tables.at.window);
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
    this.tables.listeners.all.forEach(({ table }, at) => table.add(this.tables.listener(binding, at), values));
    this.tables.traffic.addSynacks(binding?.traffic, values[SYNACKS]!, this.tables.at.born);
    if (binding !== undefined) this.tables.moved(binding);
  }
}
