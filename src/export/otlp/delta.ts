import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type ExponentialHistogramMetricData,
  type Histogram,
  type HistogramMetricData,
  type MetricData,
  type ResourceMetrics,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { exponentialDifference, histogramDifference } from './difference.ts';

type Value = number | Histogram | ExponentialHistogram;

/** The state of a series at the collector. */
interface Sent {
  readonly born: HrTime;
  readonly end: HrTime;
  readonly value: Value;
}

/**
 * Turns cumulative batches into differences, for delta temporality. Not done by the
 * SDK, because it loses the differences of a failed export. We keep them until their
 * batch is accepted, so a failed export is part of the next one. If only the answer is
 * lost, a batch counts twice.
 */
export class Deltas {
  readonly #counters: boolean;
  #sent = new Map<string, Sent>();

  /** @param counters false: delta for histograms only (`lowmemory`) */
  constructor({ counters }: { counters: boolean }) {
    this.#counters = counters;
  }

  /** Requesting the next batch means that the previous one was accepted. */
  *of(batches: Iterable<ResourceMetrics>): Generator<ResourceMetrics> {
    const all = new Map<string, Sent>();
    for (const batch of batches) {
      const taken = new Map<string, Sent>();
      const convert = (metric: MetricData): MetricData => this.#convert(metric, taken);
      yield { ...batch, scopeMetrics: batch.scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(convert) })) };
      for (const [key, sent] of taken) {
        this.#sent.set(key, sent);
        all.set(key, sent);
      }
    }
    // Forget series that no longer exist.
    this.#sent = all;
  }

  #convert(metric: MetricData, taken: Map<string, Sent>): MetricData {
    if (metric.dataPointType === DataPointType.SUM && metric.isMonotonic && this.#counters) {
      return this.#points<number, SumMetricData>(metric, taken, (now, before) => now - before);
    }
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      return this.#points<Histogram, HistogramMetricData>(metric, taken, histogramDifference);
    }
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
      return this.#points<ExponentialHistogram, ExponentialHistogramMetricData>(metric, taken, exponentialDifference);
    }
    return metric;
  }

  #points<T extends Value, M extends MetricData & { readonly dataPoints: DataPoint<T>[] }>(
    metric: M,
    taken: Map<string, Sent>,
    minus: (now: T, before: T) => T,
  ): M {
    const dataPoints = metric.dataPoints.map((point) => {
      const key = keyOf(metric.descriptor.name, point.attributes);
      const before = this.#sent.get(key);
      taken.set(key, { born: point.startTime, end: point.endTime, value: point.value });
      // A series that ended and came back starts at 0.
      if (before === undefined || !sameTime(before.born, point.startTime)) return point;
      return { ...point, startTime: before.end, value: minus(point.value, before.value as T) };
    });
    return { ...metric, aggregationTemporality: AggregationTemporality.DELTA, dataPoints };
  }
}

function keyOf(name: string, attributes: Attributes): string {
  return JSON.stringify([name, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function sameTime(a: HrTime, b: HrTime): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
