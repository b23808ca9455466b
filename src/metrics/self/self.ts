import type { Attributes, BatchObservableResult, Gauge, Meter, Observable } from '@opentelemetry/api';
import type { DrainStats } from '../../ebpf/types.ts';
import type { Metric } from '../catalogue/metric.ts';
import { self as metrics } from '../catalogue/self.ts';
import type { Collector } from '../collector.ts';
import type { SelfSources } from './sources.ts';

// A collection of 20,000 lines takes milliseconds; a slow one seconds.
const COLLECT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Observe = (metric: Metric, value: number, attributes?: Attributes) => void;

export interface SelfMetrics {
  /** How long one collection took, seconds. */
  recordCollection(seconds: number): void;
}

/**
 * Registers what the agent says about itself: instruments with one batch callback, which runs before each collection.
 *
 * Gauges are synchronous ones that the callback sets. Of an observable gauge the SDK keeps the value with the later
 * wall-clock time (LastValueAggregator.diff): after the clock has been set back by two hours it would not change for
 * two hours.
 */
export function registerSelf(meter: Meter, collector: Collector, sources: SelfSources): SelfMetrics {
  const gauges = new Map<Metric, Gauge>();
  const counters = new Map<Metric, Observable>();
  for (const metric of Object.values<Metric>(metrics)) {
    const { name, unit, description } = metric;
    if (metric.kind === 'gauge') gauges.set(metric, meter.createGauge(name, { unit, description }));
    else if (metric.kind !== 'histogram') counters.set(metric, createCounter(meter, metric));
  }
  meter.addBatchObservableCallback((result: BatchObservableResult) => {
    const observe: Observe = (metric, value, attributes) => {
      const gauge = gauges.get(metric);
      if (gauge === undefined) result.observe(counters.get(metric)!, value, attributes);
      else gauge.record(value, attributes);
    };
    observeWindow(observe, collector);
    const now = sources.stats();
    observeStats(observe, collector.snapshot?.cut.stats ?? now, collector.filtered);
    // Not that of the window: it would say no more than how long the read at its end took.
    if (now !== undefined) observe(metrics.drainLag, now.drainLag);
    observeBudget(observe, collector);
    observeNames(observe, collector, sources);
    observeExports(observe, sources);
    observeProcess(observe, sources);
  }, [...counters.values()]);
  const { name, unit, description } = metrics.collectDuration;
  const options = { unit, description, advice: { explicitBucketBoundaries: COLLECT_BUCKETS } };
  const duration = meter.createHistogram(name, options);
  return { recordCollection: (seconds) => duration.record(seconds) };
}

function createCounter(meter: Meter, { name, kind, unit, description }: Metric): Observable {
  const options = { unit, description };
  return kind === 'counter' ? meter.createObservableCounter(name, options) : meter.createObservableUpDownCounter(name, options);
}

function observeWindow(observe: Observe, collector: Collector): void {
  const snapshot = collector.snapshot;
  if (snapshot !== undefined) {
    observe(metrics.windowLength, (snapshot.end - snapshot.start) / 1000);
    observe(metrics.windowEnd, snapshot.end / 1000);
  }
  const drift = collector.config.drift;
  if (drift === undefined) return;
  const { compared, unread } = drift.namespaces;
  observe(metrics.driftNamespaces, compared, { state: 'compared' });
  observe(metrics.driftNamespaces, unread, { state: 'unread' });
}

function observeStats(observe: Observe, stats: DrainStats | undefined, filtered: Collector['filtered']): void {
  for (const [kind, total] of Object.entries(filtered)) observe(metrics.filtered, total, { kind });
  if (stats === undefined) return;
  for (const [kind, total] of Object.entries(stats.seen)) observe(metrics.events, total, { kind });
  for (const { stage, reason, total } of stats.lost) observe(metrics.lost, total, { stage, reason });
  for (const { name: probe, mechanism, required, attached } of stats.probes) {
    observe(metrics.probe, attached ? 1 : 0, { probe, mechanism, required });
  }
  observe(metrics.late, stats.late);
  observe(metrics.ringUsed, stats.ringUsed);
  observe(metrics.ringSize, stats.ringSize);
  observe(metrics.scanAge, stats.scanAge);
}

function observeBudget(observe: Observe, collector: Collector): void {
  for (const [resolution, count] of Object.entries(collector.cgroups)) observe(metrics.cgroups, count, { resolution });
  for (const { family, size, limit, refused } of collector.sizes()) {
    observe(metrics.series, size, { family });
    observe(metrics.seriesLimit, limit, { family });
    if (refused !== undefined) observe(metrics.seriesRefused, refused, { family });
  }
}

function observeNames(observe: Observe, { waiting }: Collector, sources: SelfSources): void {
  if (waiting === undefined) return;
  observe(metrics.namesWaiting, waiting.size);
  for (const [reason, total] of Object.entries(waiting.missing)) observe(metrics.namesMissing, total, { reason });
  for (const [source, counts] of Object.entries(sources.nameRequests() ?? {})) {
    for (const [result, total] of Object.entries(counts)) observe(metrics.nameRequests, total, { source, result });
  }
}

function observeExports(observe: Observe, sources: SelfSources): void {
  for (const [exporter, total] of Object.entries(sources.exportFailures())) observe(metrics.exportFailures, total, { exporter });
  for (const [result, total] of Object.entries(sources.failureRecords())) observe(metrics.failureRecords, total, { result });
}

function observeProcess(observe: Observe, sources: SelfSources): void {
  const { version, commit, node, libbpf } = sources;
  observe(metrics.buildInfo, 1, { version, commit, node, libbpf });
  observe(metrics.startTime, sources.startTime);
  const { user, system } = sources.cpuUsage();
  observe(metrics.cpuTime, user / 1e6, { 'cpu.mode': 'user' });
  observe(metrics.cpuTime, system / 1e6, { 'cpu.mode': 'system' });
  const resident = sources.memoryUsage();
  observe(metrics.memory, resident);
  const { virtualMemory, openFiles, maxFiles } = sources.ownProcess();
  observe(metrics.clientCpu, (user + system) / 1e6);
  observe(metrics.clientResident, resident);
  if (virtualMemory !== undefined) observe(metrics.clientVirtual, virtualMemory);
  if (openFiles !== undefined) observe(metrics.clientOpenFiles, openFiles);
  if (maxFiles !== undefined) observe(metrics.clientMaxFiles, maxFiles);
  const delay = sources.eventLoopDelay();
  if (delay !== undefined) observe(metrics.loopDelay, delay);
}
