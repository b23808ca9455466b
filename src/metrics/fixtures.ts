import { DataPointType, type Histogram, type HistogramMetricData, type MetricData, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { Subject } from 'rxjs';
import { type DrainStats, type Key, LISTEN_VALUES, type Loss, type ProcessInfo } from '../ebpf/types.ts';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS, bucketOf } from '../stream/histograms.ts';
import { COLUMN, COLUMNS, SUM, SUMS, type Snapshot } from '../stream/snapshot.ts';
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

export function processInfo(pid: number, name: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  const owner = String((BigInt(pid) << 32n) + 1n);
  return { owner, pid, startTime: 1000n, cgroup: 77n, comm: name, executable: name, ...more };
}

/** A key table whose numbers are given by the test. */
export class Keys implements KeyTable {
  readonly live = new Map<number, Key>();
  readonly released: number[] = [];

  get(id: number): Key | undefined {
    return this.live.get(id);
  }

  release(ids: Iterable<number>): void {
    for (const id of ids) {
      this.released.push(id);
      this.live.delete(id);
    }
  }

  client(id: number, process: ProcessInfo | undefined, address = '10.0.0.1', port = 443, more: Partial<Key> = {}): number {
    const cgroup = String(process?.cgroup ?? 0);
    this.live.set(id, { id, role: 'client', process, cgroup, cgroupPath: '/', netns: 1, address, port, ...more });
    return id;
  }

  server(id: number, process: ProcessInfo | undefined, port: number, more: Partial<Key> = {}): number {
    const cgroup = String(process?.cgroup ?? 0);
    this.live.set(id, { id, role: 'server', process, cgroup, cgroupPath: '/', netns: 1, address: '', port, ...more });
    return id;
  }
}

/** Counts by column, sums by name, and the seconds of each sample of a histogram. */
export type Counts = Partial<Record<(typeof OUTCOMES)[number] | Exclude<keyof typeof COLUMN, Samples> | 'bytesSent' | 'bytesReceived', number>> & Partial<Record<Samples, readonly number[]>>;
type Samples = keyof typeof BOUNDS;
const BOUNDS = { handshake: HANDSHAKE_BOUNDS, life: LIFE_BOUNDS, rtt: HANDSHAKE_BOUNDS } as const;
type State = (typeof TCP_STATES)[number];

export interface Window {
  readonly rows?: readonly [key: number, counts: Counts][];
  readonly live?: readonly [key: number, state: State, count: number][];
  readonly listeners?: readonly [key: number, values: Partial<Record<(typeof LISTEN_VALUES)[number], number>>][];
  readonly exited?: readonly string[];
  readonly lost?: readonly Loss[];
}

export function snapshot(window: Window, index = 0): Snapshot {
  const { rows = [], live = [], listeners = [], exited = [], lost = [] } = window;
  const keys = Uint32Array.from(rows, ([key]) => key);
  const counts = new Uint32Array(rows.length * COLUMNS);
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
    sums[row * SUMS + SUM[name]]! += seconds;
  }
  const start = START + index * INTERVAL;
  return {
    start,
    end: start + INTERVAL,
    rows: rows.length,
    keys,
    counts,
    sums,
    cut: {
      live: {
        rows: live.length,
        key: Uint32Array.from(live, ([key]) => key),
        state: Uint8Array.from(live, ([, state]) => TCP_STATES.indexOf(state)),
        count: Uint32Array.from(live, ([, , count]) => count),
      },
      listeners: {
        rows: listeners.length,
        key: Uint32Array.from(listeners, ([key]) => key),
        values: Float64Array.from(listeners.flatMap(([, values]) => LISTEN_VALUES.map((name) => values[name] ?? 0))),
      },
      folded: { rows: 0, key: new Uint32Array(0), what: new Uint8Array(0), values: new Float64Array(0) },
      namespaces: new Map(),
      stats: stats({ lost }),
      exited,
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

  window(window: Window = {}): void {
    this.#snapshots.next(snapshot(window, this.#index++));
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
