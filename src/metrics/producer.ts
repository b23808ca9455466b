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
import type { Family } from './account.ts';
import { SCOPE } from './catalogue.ts';
import type { Metric } from './metric.ts';
import type { Series } from './series.ts';

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
    const counter = metric.kind === 'counter';
    const dataPoints: DataPoint<number>[] = [];
    family.forEach((series) => void dataPoints.push(this.#point(series, counter, now)));
    const { name, description, unit } = metric;
    const base = {
      // Seconds are no whole numbers.
      descriptor: { name, description, unit, valueType: unit === 's' ? ValueType.DOUBLE : ValueType.INT },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints,
    };
    return counter
      ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true }
      : { ...base, dataPointType: DataPointType.GAUGE };
  }

  #point(series: Series, counter: boolean, endTime: HrTime): DataPoint<number> {
    const { bit, zeroStart } = this.#options;
    const isNew = (series.seen & bit) === 0;
    series.seen |= bit;
    const value = counter && isNew && zeroStart() ? 0 : series.value;
    return { startTime: series.born, endTime, attributes: series.attributes, value };
  }
}
