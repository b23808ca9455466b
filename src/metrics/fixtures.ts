import { DataPointType, type Histogram, type HistogramMetricData, type MetricData, type SumMetricData } from '@opentelemetry/sdk-metrics';
import { Subject } from 'rxjs';
import type { Cut, DrainStats } from '../ebpf/types.ts';
import type { Snapshot } from '../stream/snapshot.ts';
import { Collector } from './collector.ts';
import type { Defaults } from './config.ts';
import { Keys } from './fixtures/keys.ts';
import { START, snapshot } from './fixtures/snapshot.ts';
import type { Window } from './fixtures/window.ts';

// Builders for tests: snapshots and keys from a few words. Not part of the agent.

export { printable } from '../internal/escape.ts';
export { Keys } from './fixtures/keys.ts';
export { processInfo, type Told } from './fixtures/processes.ts';
export { INTERVAL, START, snapshot, stats } from './fixtures/snapshot.ts';
export type { Counts, Window } from './fixtures/window.ts';
export type { DrainStats, Snapshot };

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

  /** The receiver of the push has the last collection. */
  delivered(): void {
    this.#producers.push.delivered();
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
