import type { Key } from '../../ebpf/types.ts';
import type { PeerNaming } from '../../identity/index.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import { type KeyNames, wantedOf } from '../attributes/of-key.ts';
import type { PeerNames } from '../attributes/peer-names.ts';
import { PerShape } from '../attributes/per-shape.ts';
import type { Shape, Shapes } from '../attributes/shapes.ts';
import type { Filters } from '../filters/filters.ts';
import type { AccountTable } from '../series/account-table.ts';
import type { Account } from '../series/account.ts';
import type { Limit, Wanted } from '../series/series.ts';
import { type AcceptAccount, Accepts } from './accepts.ts';
import { type Binding, type Bound, attach } from './bindings.ts';
import { type At, type ConnectAccount, Connects } from './connects.ts';
import { ACCEPTS, CONNECTS, LISTENERS } from './groups.ts';
import { type ListenerAccount, Listeners } from './listeners.ts';
import { Traffic } from './traffic.ts';
import { Workloads } from './workloads.ts';

export interface TablesOptions {
  readonly seriesLimit: Limit;
  readonly shapes: Shapes;
  readonly filters: Filters;
  readonly peerNames: PeerNames;
  /** undefined: peers have the names of ranges alone. */
  readonly peers: PeerNaming | undefined;
  readonly nameOf: (key: Key) => KeyNames['container'];
  /** Histograms are counted in exponential buckets too. */
  readonly exponential: boolean;
}

/** The tables of accounts, and in which accounts of each a key counts. */
export class Tables {
  readonly connects: PerShape<Connects, (typeof CONNECTS)[number]>;
  readonly accepts: PerShape<Accepts, (typeof ACCEPTS)[number]>;
  readonly listeners: PerShape<Listeners, (typeof LISTENERS)[number]>;
  readonly traffic: Traffic;
  /** Of what is being counted. */
  at: At = { window: 0, born: [0, 0] };
  namespaces: Snapshot['cut']['namespaces'] = new Map();
  readonly #filters: Filters;
  readonly #peerNames: PeerNames;
  readonly #peers: PeerNaming | undefined;
  readonly #nameOf: TablesOptions['nameOf'];
  readonly #workloads = new Workloads();

  constructor({ seriesLimit: limit, shapes, filters, peerNames, peers, nameOf, exponential }: TablesOptions) {
    this.connects = new PerShape(shapes, CONNECTS, () => new Connects(limit, shapes));
    this.accepts = new PerShape(shapes, ACCEPTS, () => new Accepts(limit));
    this.listeners = new PerShape(shapes, LISTENERS, () => new Listeners(limit));
    this.traffic = new Traffic(limit, shapes, exponential);
    this.#filters = filters;
    this.#peerNames = peerNames;
    this.#peers = peers;
    this.#nameOf = nameOf;
  }

  /** Of workloads that have ended, the accounts may go. */
  end(gone: Snapshot['cut']['gone']): void {
    this.#workloads.end(gone);
  }

  /** All whose accounts go when they have not moved for some time. */
  get retiring(): readonly { retire(window: number, windows: number): void }[] {
    return [...this.connects, ...this.accepts, this.traffic, ...this.listeners];
  }

  connect(binding: Binding | undefined, at: number): ConnectAccount {
    const { shape, table } = this.connects.all[at]!;
    if (binding === undefined) return table.overflow(this.at.born);
    return (binding.connects[at] ??= this.#own(binding, table, this.wanted(binding, shape)));
  }

  accept(binding: Binding | undefined, at: number): AcceptAccount {
    const { shape, table } = this.accepts.all[at]!;
    if (binding === undefined) return table.overflow(this.at.born);
    return (binding.accepts[at] ??= this.#own(binding, table, this.wanted(binding, shape)));
  }

  listener(binding: Binding | undefined, at: number): ListenerAccount {
    const { shape, table } = this.listeners.all[at]!;
    if (binding === undefined) return table.overflow(this.at.born);
    return (binding.listeners[at] ??= this.#own(binding, table, this.wanted(binding, shape)));
  }

  /** @param wanted undefined for a key that stands for several: it would have a series if there were room */
  #own<A extends Account>(binding: Binding, of: AccountTable<A>, wanted: Wanted | undefined): A {
    const { born, window } = this.at;
    const account = wanted === undefined ? of.refuse(born) : of.account(wanted, born, window);
    attach(binding, account);
    return account;
  }

  /** Of an account of traffic if one holds it: an object for each key costs memory. */
  wanted(binding: Binding | undefined, shape: Shape): Wanted | undefined {
    if (binding === undefined) return undefined;
    const held = this.traffic.held(binding.traffic, shape);
    return held?.wanted ?? (binding.wanted[shape.index] ??= wantedOf(binding.key, shape, binding.names));
  }

  /** All accounts of a key move together, so that none is retired before the others. */
  moved({ accounts, key }: Binding): void {
    for (const account of accounts) {
      account.moved = this.at.window;
      if (this.#holds(account)) this.#workloads.use(key.workload, account);
    }
  }

  /** Whether its connects, or what is accepted, count in an overflow series, or not at all. */
  isInVain({ connects, accepts, key, leftOut }: Binding): boolean {
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
    return { container: this.#nameOf(key), peer, client: this.#peerNames.ofRange(key.clientRange ?? 0) };
  }

  /** Of a client the connects and of a server the rest are looked for, because the other has none. */
  bind(key: Key): Bound {
    const names = this.#namesOf(key);
    if (this.#filters.leaveOut(key, this.namespaces)) return { leftOut: true, names, traffic: [], connects: [], accepts: [], listeners: [] };
    const { window } = this.at;
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
