import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { SelfSources } from '../metrics/index.ts';
import type { FamilySize } from '../metrics/index.ts';
import { byInterest, edgeSums, trouble } from './edges.ts';
import type { AgentState, Edge, Frame, Workload } from './frame.ts';
import { Points, textOf } from './points.ts';
import { workloadSums, type WorkloadSums } from './workloads.ts';

/** What a page can draw and a browser can read in one window. */
export const MOST_EDGES = 1000;
export const MOST_WORKLOADS = 500;

export interface Given {
  readonly metrics: readonly MetricData[];
  readonly window: { readonly end: number; readonly length: number };
  readonly interval: number;
  readonly host: string;
  readonly self: Pick<SelfSources, 'version' | 'commit' | 'node' | 'libbpf' | 'startTime' | 'cpuUsage' | 'memoryUsage' | 'stats'>;
  readonly sizes: readonly FamilySize[];
}

/** A window as the page shows it. Edges and workloads above the limits are left out, the dullest first. */
export function makeFrame({ metrics, window, interval, host, self, sizes }: Given): Frame {
  const points = new Points(metrics);
  const sums = workloadSums(points);
  const edges = edgeSums(points).sort(byInterest);
  const keys = new Map<string, number>();
  const place = (key: string): number | undefined => {
    if (!keys.has(key) && keys.size < MOST_WORKLOADS) keys.set(key, keys.size);
    return keys.get(key);
  };
  const shown: Edge[] = [];
  let failing = 0;
  for (const { who, ...edge } of edges) {
    const from = shown.length < MOST_EDGES ? place(who) : undefined;
    if (from !== undefined) shown.push({ from, ...edge });
    else if (trouble({ who, ...edge }) > 0) failing += 1;
  }
  // Those that only listen, the busiest first.
  for (const { key } of [...sums.values()].sort((a, b) => b.accepts - a.accepts)) place(key);
  return {
    time: window.end,
    window: window.length,
    interval,
    host,
    bounds: points.histograms('connwatch.tcp.connect.duration')[0]?.value.buckets.boundaries ?? [],
    workloads: [...keys.keys()].map((key) => asWorkload(sums.get(key)!)),
    edges: shown,
    leftOut: { workloads: sums.size - keys.size, edges: edges.length - shown.length, failing },
    agent: agentState(points, self, sizes),
  };
}

function asWorkload({ listeners, ...sum }: WorkloadSums): Workload {
  return { ...sum, listeners: [...listeners.values()] };
}

function agentState(points: Points, self: Given['self'], sizes: readonly FamilySize[]): AgentState {
  const stats = self.stats();
  const { user, system } = self.cpuUsage();
  const ages = new Map(points.numbers('connwatch.drift.age').map(({ attributes, value }) => [driftKey(attributes), value]));
  return {
    version: self.version,
    commit: self.commit,
    node: self.node,
    libbpf: self.libbpf,
    startTime: self.startTime,
    cpu: (user + system) / 1e6,
    memory: self.memoryUsage(),
    events: stats?.seen ?? {},
    lost: stats?.lost.map(({ stage, reason, total }) => ({ stage, reason, total })) ?? [],
    ring: { used: stats?.ringUsed ?? 0, size: stats?.ringSize ?? 0 },
    drainLag: stats?.drainLag ?? 0,
    scanAge: stats?.scanAge ?? 0,
    probes: stats?.probes.map(({ name, mechanism, required, attached }) => ({ name, mechanism, required, attached })) ?? [],
    drift: points.numbers('connwatch.drift').map(({ attributes, value }) => ({
      counter: textOf(attributes, 'counter'),
      netns: textOf(attributes, 'netns'),
      type: textOf(attributes, 'netns.type'),
      value,
      age: ages.get(driftKey(attributes)) ?? 0,
    })),
    series: sizes.map(({ family, size, limit, refused }) => ({ family, size, limit, refused })),
  };
}

function driftKey(attributes: Parameters<typeof textOf>[0]): string {
  return `${textOf(attributes, 'counter')} ${textOf(attributes, 'netns')}`;
}
