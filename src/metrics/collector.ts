import type { Subscription } from 'rxjs';
import { ConnwatchError } from '../internal/errors.ts';
import type { Pieces } from '../internal/pieces.ts';
import type { Snapshot } from '../stream/snapshot.ts';
import * as driftMetrics from './catalogue/drift.ts';
import { PeerNames } from './attributes/peer-names.ts';
import { Shapes } from './attributes/shapes.ts';
import { type Config, type Defaults, defaultConfig } from './config.ts';
import type { Drift } from './drift/drift.ts';
import { driftFamily } from './drift/family.ts';
import { type FilteredEvents, Filters } from './filters/filters.ts';
import { type BudgetedFamily, familiesOf } from './families.ts';
import { Producer, type ProducedFamily } from './producer.ts';
import { HistogramTable, histogramLimit } from './series/histograms.ts';
import { checkLimit } from './series/series.ts';
import { Accounts } from './tcp/accounts.ts';
import type { Waiting } from './tcp/waiting.ts';
import { Turns } from './turns.ts';

/** A process that has exited is shown no longer than this, milliseconds. */
const KEEP_AT_MOST = 60_000;

/** State of a family against its budget. */
export interface FamilySize {
  readonly family: string;
  readonly size: number;
  readonly limit: number;
  /** How often a set of attributes found no place; undefined where another family is the gate. */
  readonly refused: number | undefined;
}

/**
 * Snapshots in, OpenTelemetry metrics out. `start()` makes the one subscription. A snapshot is applied in
 * the subscriber, one of very many keys in pieces between which the event loop goes on; collections see
 * whole windows (Turns). Producers give what is known to readers of the SDK.
 */
export class Collector implements AsyncDisposable {
  static defaultConfig(): Defaults {
    return defaultConfig();
  }

  #config: Config;
  readonly #accounts: Accounts;
  readonly #filters: Filters;
  readonly #families: readonly BudgetedFamily[];
  readonly #produced: readonly ProducedFamily[];
  #subscription: Subscription | undefined;
  #snapshot: Snapshot | undefined;
  readonly #turns = new Turns();
  #readers = 0;
  /** Changes with what has been counted. */
  #version = 0;
  #sizes: { readonly version: number; readonly sizes: FamilySize[] } | undefined;
  #closed = false;

  /** @throws ConnwatchError CW_USAGE when a time or the limit is out of range. */
  constructor(config: Pick<Config, 'snapshots' | 'keys'> & Partial<Defaults>) {
    this.#config = { ...defaultConfig(), ...defined(config) };
    check(this.#config);
    this.#filters = new Filters(this.#config.filters);
    const shapes = new Shapes(this.#config.attributes, this.#config.names !== undefined);
    this.#accounts = new Accounts({
      keys: this.#config.keys,
      shapes,
      filters: this.#filters,
      overflows: (netns) => this.#config.drift?.overflows(netns),
      peerNames: new PeerNames(this.#config.peerNames),
      names: this.#config.names,
      peers: this.#config.peers,
      seriesLimit: () => this.#config.seriesLimit,
      exponential: this.#config.exponential,
      onUnresolved: this.#config.onUnresolved,
      retireWindows: () => Math.ceil(this.#config.retireAfter / this.#config.interval),
    });
    this.#families = familiesOf(this.#accounts, shapes);
    this.#produced = [...this.#families.map((family) => ({ ...family, steady: true })), ...driftOf(this.#config.drift)];
  }

  /** The last complete window; undefined before the first. */
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get config(): Config {
    return this.#config;
  }

  /** What filters left out so far. */
  get filtered(): Readonly<FilteredEvents> {
    return this.#filters.left;
  }

  /** The cgroups of what was seen in the last windows, by what their paths were taken for. */
  get cgroups(): Accounts['cgroups'] {
    return this.#accounts.cgroups;
  }

  /** Keys that wait for the name of their container, and those whose name did not come; undefined: containers have no names. */
  get waiting(): Pick<Waiting, 'size' | 'missing'> | undefined {
    return this.#config.names && this.#accounts.waiting;
  }

  /** Every budgeted family, in the order of the page. */
  sizes(): FamilySize[] {
    if (this.#sizes?.version !== this.#version) this.#sizes = { version: this.#version, sizes: this.#measure() };
    return this.#sizes.sizes;
  }

  #measure(): FamilySize[] {
    const { seriesLimit } = this.#config;
    return this.#families.map(({ metric, family, gate }) => {
      const limit = family instanceof HistogramTable ? histogramLimit(seriesLimit) : seriesLimit;
      return { family: metric.name, size: family.size, limit, refused: gate?.refused };
    });
  }

  /**
   * What a reader of the SDK takes as one of its `metricProducers`; one for
   * each reader. The points of the pull reader, of which there is one, also say
   * when their series appeared: its page is read by many, each of which has
   * seen other pages before. A view only looks: no series waits for it.
   */
  producer(path: 'pull' | 'push' | 'view'): Producer {
    const bit = path === 'view' ? 0 : 1 << this.#readers++;
    const { clock, elapsed, exponential } = this.#config;
    const [pull, push] = [path === 'pull', path === 'push'];
    return new Producer({
      families: this.#produced,
      bit,
      clock,
      tellsEnds: push,
      exponential: push && exponential,
      whole: (collect) => this.#turns.collect(collect),
      elapsed: pull ? elapsed : undefined,
      // The text formats have no time of collection.
      version: pull ? () => this.#version : undefined,
    });
  }

  /**
   * Changes settings while it runs; what has been counted stays. A lower limit
   * takes no series away: new ones find no place until others retire.
   * @throws ConnwatchError CW_USAGE, and changes nothing
   */
  reconfigure(change: Partial<Pick<Config, 'interval' | 'seriesLimit' | 'newSeriesAtZero'>>): void {
    const config = { ...this.#config, ...defined(change) };
    check(config);
    this.#config = config;
    this.#version += 1;
  }

  /** Subscribes. @throws ConnwatchError CW_USAGE when it is started already or closed. */
  start(): void {
    if (this.#closed) throw new ConnwatchError('the collector is closed', { code: 'CW_USAGE' });
    if (this.#subscription !== undefined) throw new ConnwatchError('the collector is already started', { code: 'CW_USAGE' });
    this.#subscription = this.#config.snapshots.subscribe({
      next: (snapshot) => this.#next(snapshot),
      error: (error: unknown) => this.#config.onError(error),
    });
  }

  /** Ends the subscription. What has been counted can still be collected. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.unsubscribe();
    this.#turns.finish();
    this.#version += 1;
    try {
      this.#accounts.flush();
    } catch (error) {
      this.#config.onError(error);
    }
  }

  close(): Promise<void> {
    this.stop();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next(snapshot: Snapshot): void {
    // At once, because it reads the kernel's counters; and before the keys that are idle now are given back.
    try {
      this.#config.drift?.after(snapshot, this.#config.keys);
    } catch (error) {
      this.#config.onError(error);
    }
    this.#turns.apply(this.#apply(snapshot));
  }

  *#apply(snapshot: Snapshot): Pieces<void> {
    try {
      const atMost = Math.max(1, Math.ceil(KEEP_AT_MOST / this.#config.interval));
      yield* this.#accounts.apply(snapshot, { atMost, readers: (1 << this.#readers) - 1 });
      this.#snapshot = snapshot;
    } catch (error) {
      this.#config.onError(error);
      return;
    } finally {
      this.#version += 1;
    }
    this.#config.onSnapshot(snapshot);
  }
}

function check({ interval, retireAfter, seriesLimit }: Config): void {
  if (!(interval > 0)) throw new ConnwatchError(`interval must be more than 0 ms, not ${interval}`, { code: 'CW_USAGE' });
  if (!(retireAfter >= 0)) throw new ConnwatchError(`retireAfter must be 0 ms or more, not ${retireAfter}`, { code: 'CW_USAGE' });
  checkLimit(seriesLimit);
}

function driftOf(drift: Drift | undefined): ProducedFamily[] {
  if (drift === undefined) return [];
  return [
    { metric: driftMetrics.drift, family: driftFamily(drift, ({ value }) => value) },
    { metric: driftMetrics.driftAge, family: driftFamily(drift, ({ age }) => age) },
  ];
}

/** Without what is undefined, so that an unset option is its default. */
function defined<T extends object>(config: T): T {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as T;
}
