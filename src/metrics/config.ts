import type { Observable } from 'rxjs';
import type { ContainerNames, PeerNaming } from '../identity/index.ts';
import type { Snapshot } from '../stream/snapshot.ts';
import type { KeptAttributes } from '../words/families.ts';
import type { NamedRanges } from '../words/peer-names.ts';
import type { Drift } from './drift/drift.ts';
import type { FiltersOptions } from './filters/filters.ts';
import type { KeyTable } from './key-table.ts';

/** What a `Collector` needs. `defaultConfig()` gives all but the two inputs. */
export interface Config {
  /** One snapshot per window. The collector is its one subscriber. */
  readonly snapshots: Observable<Snapshot>;
  readonly keys: KeyTable;
  /** Length of a window, milliseconds. Times below are counted in whole windows, so a stepped clock can't shorten them. @default 5000 */
  readonly interval: number;
  /** A snapshot that could not be applied, or the end of the stream by an error. @default ignores it */
  readonly onError: (error: unknown) => void;
  /** A snapshot has been applied. @default nothing */
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** The path of a cgroup that came into use is not understood; may come again for the same. @default nothing */
  readonly onUnresolved: (path: string) => void;
  /** Unix milliseconds, the time stamp of data points. @default Date.now */
  readonly clock: () => number;
  /** Milliseconds of a clock that only goes forward, for the age of series. @default performance.now */
  readonly elapsed: () => number;
  /** A page shows a new counter or histogram at 0, once to each reader, before its value. @default true */
  readonly newSeriesAtZero: boolean;
  /** Live series per metric family, the overflow series included. At least 2. @default 2000 */
  readonly seriesLimit: number;
  /** The attributes that metrics keep, and metrics that are off. What falls together then is added up. @default all attributes that each has by default */
  readonly attributes: KeptAttributes;
  /** Ranges of addresses with the name that `server.address` is then. @default none */
  readonly peerNames: NamedRanges;
  /** Who names containers; undefined: they have their ids. @default undefined */
  readonly names: ContainerNames | undefined;
  /** Who names peers, beside `peerNames`, which come first; only together with `names`. @default undefined */
  readonly peers: PeerNaming | undefined;
  /** Which sockets count. @default all */
  readonly filters: FiltersOptions;
  /** How long counters whose processes are gone must be still before they are retired, milliseconds. @default 3600000 */
  readonly retireAfter: number;
  /** Who is pushed to gets histograms with exponential buckets; snapshots have them then (ebpf's Config.exponential). @default false */
  readonly exponential: boolean;
  /** Compares our totals with the kernel's own; undefined: not compared. @default undefined */
  readonly drift: Drift | undefined;
}

/** All but the two inputs, which have no default. */
export type Defaults = Omit<Config, 'snapshots' | 'keys'>;

export function defaultConfig(): Defaults {
  return {
    interval: 5000,
    onError: () => {},
    onSnapshot: () => {},
    onUnresolved: () => {},
    clock: Date.now,
    elapsed: () => performance.now(),
    newSeriesAtZero: true,
    seriesLimit: 2000,
    attributes: {},
    filters: {},
    peerNames: new Map(),
    names: undefined,
    peers: undefined,
    retireAfter: 3_600_000,
    exponential: false,
    drift: undefined,
  };
}
