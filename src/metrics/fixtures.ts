import { DataPointType, type Histogram, type HistogramMetricData, type MetricData, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { Subject } from 'rxjs';
import { type Cut, type DrainStats, type Key, LISTEN_VALUES, type Loss, PROCESS_FLAG, type ProcessInfo } from '../ebpf/types.ts';
import { EXPONENTIAL, HANDSHAKE_BOUNDS, LIFE_BOUNDS, bucketOf, exponentialBounds } from '../stream/histograms.ts';
import { COLUMN, COLUMNS, EXPONENTIAL_COLUMN, EXPONENTIAL_COLUMNS, SUM, SUMS, type Snapshot } from '../stream/snapshot.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { TCP_STATES } from '../words/tcp-states.ts';
import { Collector } from './collector.ts';
import type { Defaults } from './config.ts';
import type { KeyTable } from './key-table.ts';

// Builders for tests: snapshots and keys from a few words. Not part of the agent.

export { printable } from '../internal/escape.ts';
export type { DrainStats, Snapshot };

export const START = 1_700_000_000_000;
export const INTERVAL = 5000;

/** A process as the kernel side tells it, once for each program image. */
export interface Told extends Omit<ProcessInfo, 'cgroup'> {
  readonly owner: string;
  readonly cgroup: bigint;
  readonly executable: string;
}

export function processInfo(pid: number, name: string, more: Partial<Told> = {}): Told {
  const owner = String((BigInt(pid) << 32n) + 1n);
  return { owner, pid, startTime: 1000n, cgroup: 77n, comm: name, executable: name, ...more };
}

/** A key table whose numbers are given by the test; what the addon counts by process it counts in step. */
export class Keys implements KeyTable {
  readonly live = new Map<number, Key>();
  readonly released: number[] = [];
  readonly #owners = new Map<number, Told>();
  readonly #processes = new ToldProcesses();

  get(id: number): Key | undefined {
    return this.live.get(id);
  }

  side(id: number): Key | undefined {
    return this.live.get(id);
  }

  process(number: number): ProcessInfo | undefined {
    return this.#processes.info(number);
  }

  release(ids: Iterable<number>): void {
    for (const id of ids) {
      this.released.push(id);
      this.live.delete(id);
    }
  }

  client(id: number, process: Told | undefined, address = '10.0.0.1', port = 443, more: Partial<Key> = {}): number {
    return this.#set(id, process, { role: 'client', address, port, ...more });
  }

  server(id: number, process: Told | undefined, port: number, more: Partial<Key> = {}): number {
    return this.#set(id, process, { role: 'server', address: '', port, ...more });
  }

  #set(id: number, process: Told | undefined, rest: Pick<Key, 'role' | 'address' | 'port'> & Partial<Key>): number {
    const cgroup = String(process?.cgroup ?? 0);
    const whose = whoseOf(process);
    const workload = process === undefined || whose !== 'process' ? 0 : this.#processes.workload(process);
    if (process === undefined) this.#owners.delete(id);
    else this.#owners.set(id, process);
    this.live.set(id, { id, whose, executable: process?.executable, workload, cgroup, cgroupPath: '/', netns: 1, fold: 'none', ...rest });
    return id;
  }

  /** What the addon tells of processes at the end of this window. */
  told({ rows = [], live = [], exited = [] }: Window): Pick<Cut, 'processes' | 'gone'> {
    for (const [id, counts] of rows) {
      const ended = OUTCOMES.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
      if (ended > 0 && this.live.get(id)?.whose !== 'folded') this.#processes.count(this.#owners.get(id), 'ended', ended);
    }
    for (const [id, state, count] of live) {
      if (state === 'syn_sent' || (state === 'syn_received' && this.live.get(id)?.role === 'client')) this.#processes.count(this.#owners.get(id), 'pending', count);
    }
    return this.#processes.cut(exited);
  }
}

function whoseOf(process: Told | undefined): Key['whose'] {
  if (process === undefined) return 'unknown';
  if (process.executable === '[folded]') return 'folded';
  return process.pid === 0 && process.executable === '[kernel]' ? 'kernel' : 'process';
}

interface Counted {
  info: ProcessInfo;
  ended: number;
  pending: number;
  fresh: boolean;
  exited: boolean;
  /** Cuts since its exit was told. */
  since: number;
  newest: bigint;
}

/** As kCutsKept in native/owners.cc: afterwards its number is given to another process. */
const CUTS_KEPT = 2;

/** Counts connects by process as native/owners.cc does, without its limits. */
class ToldProcesses {
  readonly #processes: (Counted | undefined)[] = [];
  readonly #byPid = new Map<number, number>();
  readonly #workloads = new Map<string, { readonly number: number; readonly owners: Set<string> }>();
  readonly #exited = new Set<string>();
  readonly #touched = new Set<number>();
  #others = { ended: 0, pending: 0 };

  info(number: number): ProcessInfo | undefined {
    return this.#processes[number]?.info;
  }

  workload({ cgroup, executable, owner }: Told): number {
    const id = `${cgroup} ${executable}`;
    let workload = this.#workloads.get(id);
    if (workload === undefined) this.#workloads.set(id, (workload = { number: this.#workloads.size + 1, owners: new Set() }));
    workload.owners.add(owner);
    return workload.number;
  }

  count(told: Told | undefined, what: 'ended' | 'pending', count: number): void {
    if (told === undefined) {
      this.#others[what] += count;
      return;
    }
    const number = this.#number(told);
    // Of a process whose pid another one has by now: its number is gone.
    if (number < 0) this.#others[what] += count;
    else {
      this.#processes[number]![what] += count;
      this.#touched.add(number);
    }
  }

  cut(exited: readonly string[]): Pick<Cut, 'processes' | 'gone'> {
    for (const owner of exited) {
      this.#exited.add(owner);
      this.#processes.forEach((process, number) => {
        if (process === undefined || String(process.newest) !== owner || process.exited) return;
        process.exited = true;
        this.#touched.add(number);
      });
    }
    const gone: number[] = [];
    for (const { number, owners } of this.#workloads.values()) {
      const ended = exited.filter((owner) => owners.delete(owner));
      if (ended.length > 0 && owners.size === 0) gone.push(number);
    }
    const rows = [...this.#touched].map((number) => ({ number, ...this.#processes[number]! }));
    for (const number of this.#touched) Object.assign(this.#processes[number]!, { ended: 0, pending: 0, fresh: false });
    const others = this.#others;
    this.#others = { ended: 0, pending: 0 };
    this.#forgetExited();
    this.#touched.clear();
    const processes = {
      rows: rows.length,
      process: Uint32Array.from(rows, ({ number }) => number),
      ended: Uint32Array.from(rows, ({ ended }) => ended),
      pending: Uint32Array.from(rows, ({ pending }) => pending),
      flags: Uint32Array.from(rows, ({ fresh, exited }) => (fresh ? PROCESS_FLAG.fresh : 0) | (exited ? PROCESS_FLAG.exited : 0)),
      othersEnded: others.ended,
      othersPending: others.pending,
    };
    return { processes, gone: Uint32Array.from(gone) };
  }

  #forgetExited(): void {
    this.#processes.forEach((process, number) => {
      if (process === undefined || !process.exited || this.#touched.has(number) || ++process.since < CUTS_KEPT) return;
      if (this.#byPid.get(process.info.pid) === number) this.#byPid.delete(process.info.pid);
      this.#processes[number] = undefined;
    });
  }

  #number(told: Told): number {
    const { pid, startTime, comm } = told;
    const owner = BigInt(told.owner);
    let number = this.#byPid.get(pid) ?? -1;
    const known = this.#processes[number];
    if (known !== undefined && known.info.startTime > startTime) return -1;
    if (known === undefined || known.info.startTime !== startTime) {
      const free = this.#processes.indexOf(undefined);
      number = free < 0 ? this.#processes.length : free;
      this.#byPid.set(pid, number);
      const exited = this.#exited.has(told.owner);
      this.#processes[number] = { info: { pid, startTime, comm, cgroup: String(told.cgroup) }, ended: 0, pending: 0, fresh: true, exited, since: 0, newest: owner };
    } else if (owner > known.newest) {
      Object.assign(known, { newest: owner, fresh: true, info: { ...known.info, comm } });
    }
    return number;
  }
}

/** Counts by column, sums by name, and the seconds of each sample of a histogram. */
export type Counts = Partial<Record<(typeof OUTCOMES)[number] | Exclude<keyof typeof COLUMN, Samples> | 'bytesSent' | 'bytesReceived', number>> & Partial<Record<Samples, readonly number[]>>;
type Samples = keyof typeof BOUNDS;
const BOUNDS = { handshake: HANDSHAKE_BOUNDS, life: LIFE_BOUNDS, rtt: HANDSHAKE_BOUNDS } as const;
const [handshakes, lives] = [EXPONENTIAL.handshake, EXPONENTIAL.life].map(exponentialBounds);
const EXPONENTIAL_BOUNDS = { handshake: handshakes!, life: lives!, rtt: handshakes! } as const;
type State = (typeof TCP_STATES)[number];

export interface Window {
  readonly rows?: readonly [key: number, counts: Counts][];
  readonly live?: readonly [key: number, state: State, count: number][];
  readonly listeners?: readonly [key: number, values: Partial<Record<(typeof LISTEN_VALUES)[number], number>>][];
  readonly exited?: readonly string[];
  readonly lost?: readonly Loss[];
}

/** @param keys those that the window is about; without them nothing is told of processes */
export function snapshot(window: Window, index = 0, keys = new Keys()): Snapshot {
  const { rows = [], live = [], listeners = [], lost = [] } = window;
  const ids = Uint32Array.from(rows, ([key]) => key);
  const counts = new Uint32Array(rows.length * COLUMNS);
  const exponential = new Uint32Array(rows.length * EXPONENTIAL_COLUMNS);
  const sums = new Float64Array(rows.length * SUMS);
  rows.forEach(([, given], row) => {
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === 'number' && isSum(name)) sums[row * SUMS + SUM[name]] = value;
      else if (typeof value === 'number') counts[row * COLUMNS + column(name)] = value;
      else for (const seconds of value) sample(name as Samples, seconds, row);
    }
  });
  function sample(name: Samples, seconds: number, row: number): void {
    counts[row * COLUMNS + COLUMN[name] + bucketOf(BOUNDS[name], seconds)]! += 1;
    exponential[row * EXPONENTIAL_COLUMNS + EXPONENTIAL_COLUMN[name] + bucketOf(EXPONENTIAL_BOUNDS[name], seconds)]! += 1;
    sums[row * SUMS + SUM[name]]! += seconds;
  }
  const start = START + index * INTERVAL;
  return {
    start,
    end: start + INTERVAL,
    rows: rows.length,
    keys: ids,
    counts,
    sums,
    exponential,
    cut: {
      live: {
        rows: live.length,
        key: Uint32Array.from(live, ([key]) => key),
        state: Uint8Array.from(live, ([, state]) => TCP_STATES.indexOf(state)),
        count: Uint32Array.from(live, ([, , count]) => count),
      },
      listeners: {
        rows: listeners.length,
        owners: new Uint32Array(2 * listeners.length),
        key: Uint32Array.from(listeners, ([key]) => key),
        values: Float64Array.from(listeners.flatMap(([, values]) => LISTEN_VALUES.map((name) => values[name] ?? 0))),
      },
      folded: { rows: 0, what: new Uint8Array(0), count: new Float64Array(0) },
      namespaces: new Map(),
      stats: stats({ lost }),
      ...keys.told(window),
    },
  };
}

function isSum(name: string): name is keyof typeof SUM {
  return Object.hasOwn(SUM, name);
}

function column(name: string): number {
  if (Object.hasOwn(COLUMN, name)) return COLUMN[name as keyof typeof COLUMN];
  return COLUMN.connect + (OUTCOMES as readonly string[]).indexOf(name);
}

export function stats(more: Partial<DrainStats> = {}): DrainStats {
  return {
    seen: { connect: 0, accept: 0, close: 0, process: 0, exit: 0, flow: 0, listen: 0, cgroup: 0, netns: 0 },
    lost: [],
    late: 0,
    ringUsed: 0,
    scanAge: 0,
    ringSize: 1 << 20,
    drainLag: 0,
    probes: [],
    ...more,
  };
}

export type Lines = Record<string, number>;

/** A collector under test: windows go in, what a reader sees comes out. */
export class Bench {
  readonly keys = new Keys();
  readonly errors: unknown[] = [];
  readonly collector: Collector;
  readonly #snapshots = new Subject<Snapshot>();
  readonly #producers: Record<'pull' | 'push', ReturnType<Collector['producer']>>;
  #index = 0;

  constructor(config: Partial<Defaults> = {}) {
    this.collector = new Collector({
      snapshots: this.#snapshots,
      keys: this.keys,
      clock: () => START,
      onError: (error) => this.errors.push(error),
      ...config,
    });
    this.#producers = { pull: this.collector.producer('pull'), push: this.collector.producer('push') };
    this.collector.start();
  }

  window(window: Window = {}, cut: Partial<Cut> = {}): void {
    const made = snapshot(window, this.#index++, this.keys);
    this.#snapshots.next({ ...made, cut: { ...made.cut, ...cut } });
  }

  windows(count: number): void {
    for (let i = 0; i < count; i++) this.window();
  }

  async data(path: 'pull' | 'push' = 'pull'): Promise<MetricData[]> {
    const { resourceMetrics } = await this.#producers[path].collect();
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  async family(name: string, path: 'pull' | 'push' = 'pull'): Promise<MetricData> {
    const metric = (await this.data(path)).find((data) => data.descriptor.name === name);
    if (metric === undefined) throw new Error(`no family ${name}`);
    return metric;
  }

  /** A family as lines: attribute values joined by blanks, to the value; of histograms to the count. */
  async lines(name: string, path: 'pull' | 'push' = 'pull'): Promise<Lines> {
    const metric = await this.family(name, path);
    if (metric.dataPointType === DataPointType.HISTOGRAM) return byAttributes(metric, ({ count }) => count);
    return byAttributes(metric as SumMetricData, (value) => value);
  }

  /** The histograms of a family as lines. */
  async histograms(name: string, path: 'pull' | 'push' = 'pull'): Promise<Record<string, Histogram>> {
    return byAttributes((await this.family(name, path)) as HistogramMetricData, (value) => value);
  }

  async sum(name: string): Promise<number> {
    return Object.values(await this.lines(name)).reduce((sum, value) => sum + value, 0);
  }
}

function byAttributes<T, V>(metric: { readonly dataPoints: readonly { readonly attributes: object; readonly value: T }[] }, of: (value: T) => V): Record<string, V> {
  return Object.fromEntries(metric.dataPoints.map(({ attributes, value }) => [Object.values(attributes).join(' '), of(value)]));
}
