import { type HrTime, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { SCOPE } from './catalogue/catalogue.ts';
import type { Metric } from './catalogue/metric.ts';
import type { Family } from './series/account.ts';
import { HistogramTable } from './series/histograms.ts';
import type { Series } from './series/series.ts';

export interface ProducedFamily {
  readonly metric: Metric;
  readonly family: Family;
}

export interface ProducerOptions {
  readonly families: readonly ProducedFamily[];
  /** This reader's bit in `Series.seen`. */
  readonly bit: number;
  /** Show a counter series at 0 the first time it is collected. */
  readonly zeroStart: () => boolean;
  readonly clock: () => number;
}

/**
 * The families that come and go, for one reader of the SDK. A producer and not
 * instruments, because an observable instrument exports a series for ever once
 * it has seen it, and its limit counts every series that ever was
 * (opentelemetry-js #4096).
 */
export class Producer implements MetricProducer {
  readonly #options: ProducerOptions;
  readonly #resource = emptyResource();

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  collect(): Promise<CollectionResult> {
    const now = millisToHrTime(this.#options.clock());
    const metrics = this.#options.families.map((family) => this.#data(family, now));
    const resourceMetrics = { resource: this.#resource, scopeMetrics: [{ scope: { name: SCOPE }, metrics }] };
    return Promise.resolve({ resourceMetrics, errors: [] });
  }

  #data({ metric, family }: ProducedFamily, now: HrTime): MetricData {
    const { name, description, unit } = metric;
    // Seconds have fractions; all else is counted.
    const descriptor = { name, description, unit, valueType: unit === 's' ? ValueType.DOUBLE : ValueType.INT };
    const aggregationTemporality = AggregationTemporality.CUMULATIVE;
    if (family instanceof HistogramTable) {
      const dataPoints = this.#points(family, true, now, (series, isNew) => family.read(series, isNew));
      return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
    }
    const counter = metric.kind === 'counter';
    const dataPoints = this.#points(family, counter, now, (series, isNew) => (isNew ? 0 : series.value));
    const base = { descriptor, aggregationTemporality, dataPoints };
    return counter
      ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true }
      : { ...base, dataPointType: DataPointType.GAUGE };
  }

  /** @param valueOf what a series shows; isNew: it begins at 0 */
  #points<T>(family: Family, cumulative: boolean, endTime: HrTime, valueOf: (series: Series, isNew: boolean) => T): DataPoint<T>[] {
    const { bit, zeroStart } = this.#options;
    const atZero = cumulative && zeroStart();
    const points: DataPoint<T>[] = [];
    family.forEach((series) => {
      const isNew = atZero && (series.seen & bit) === 0;
      series.seen |= bit;
      points.push({ startTime: series.born, endTime, attributes: series.attributes, value: valueOf(series, isNew) });
    });
    return points;
  }
}
