import { ValueType } from '@opentelemetry/api';
import { hrTimeToMilliseconds, millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { identify } from '../identity/index.ts';
import { type Pieces, inPieces } from '../internal/pieces.ts';
import { SCOPE } from './catalogue/catalogue.ts';
import type { Metric } from './catalogue/metric.ts';
import type { Family } from './series/account.ts';
import { HistogramTable } from './series/histograms.ts';
import type { Series } from './series/series.ts';

export interface ProducedFamily {
  readonly metric: Metric;
  readonly family: Family;
  /** Its values change only with `ProducerOptions.version`. */
  readonly steady?: boolean;
}

export interface ProducerOptions {
  readonly families: readonly ProducedFamily[];
  /** This reader's bit in `Series.seen`. */
  readonly bit: number;
  readonly clock: () => number;
  /** Milliseconds of a clock that only goes forward; undefined for a reader that needs no `appeared`. */
  readonly elapsed: (() => number) | undefined;
  /**
   * Changes with the values of steady families. While it does not, their data are the same objects, although the time
   * of a point is then that of an earlier collection. Undefined: each collection makes its own.
   */
  readonly version: (() => number) | undefined;
  /** Gauges whose series has ended get a last point, because a backend that is pushed to does not see that it is gone. */
  readonly tellsEnds: boolean;
  /** Histograms have exponential buckets. */
  readonly exponential: boolean;
  /** Keeps what the families have as it is while it collects. */
  readonly whole: <T>(collect: () => Promise<T>) => Promise<T>;
}

/** A point as the pull reader gets it. */
export interface PulledPoint<T = unknown> extends DataPoint<T> {
  /**
   * When its series appeared, on the clock of `Producer.time`: a page that is older does not have it.
   * Undefined for gauges, and for what the SDK's instruments count, which is there from the start.
   */
  readonly appeared?: number;
}

/** Of a metric; the oldest are forgotten while a receiver is away. */
const MOST_ENDED = 10_000;

/** Points after which a collection may pause. */
const PIECE = 1024;

/** Between two collections, milliseconds; less than any clock shows. */
const INSTANT = 0.001;

/**
 * The families that come and go, for one reader of the SDK. A producer and not
 * instruments, because an observable instrument exports a series for ever once
 * it has seen it, and its limit counts every series that ever was
 * (opentelemetry-js #4096).
 */
export class Producer implements MetricProducer {
  readonly #options: ProducerOptions;
  readonly #resource = emptyResource();
  /** Series of gauges that were sent since the last delivery, by metric, and those of the last collection. */
  readonly #told = new Map<string, Set<Series>>();
  readonly #shown = new Map<string, Set<Series>>();
  readonly #kept = new Map<string, MetricData>();
  #version = NaN;
  #before = -Infinity;
  #time = -Infinity;

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  /** When it was last collected, milliseconds of a clock on which each collection is later than the one before. */
  get time(): number {
    return this.#time;
  }

  /** Lets the event loop go on meanwhile. */
  collect(): Promise<CollectionResult> {
    return this.#options.whole(() => inPieces(this.#pieces()));
  }

  *#pieces(): Pieces<CollectionResult> {
    const { clock, elapsed, families } = this.#options;
    this.#before = this.#time;
    this.#time = Math.max(this.#time + INSTANT, elapsed?.() ?? 0);
    this.#forget();
    const now = clock();
    const metrics: MetricData[] = [];
    for (const family of families) {
      metrics.push(yield* this.#keptOrNew(family, now));
      yield;
    }
    const resourceMetrics = { resource: this.#resource, scopeMetrics: [{ scope: { name: SCOPE }, metrics }] };
    return { resourceMetrics, errors: [] };
  }

  #forget(): void {
    const { version } = this.#options;
    if (version?.() !== this.#version) this.#kept.clear();
    this.#version = version?.() ?? NaN;
  }

  *#keptOrNew(family: ProducedFamily, now: number): Pieces<MetricData> {
    const { name } = family.metric;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const data = yield* this.#data(family, now);
    if (family.steady === true && this.#options.version !== undefined) this.#kept.set(name, data);
    return data;
  }

  *#data({ metric, family }: ProducedFamily, now: number): Pieces<MetricData> {
    const { name, description, unit } = metric;
    // Seconds have fractions; all else is counted.
    const descriptor = { name, description, unit, valueType: unit === 's' ? ValueType.DOUBLE : ValueType.INT };
    const aggregationTemporality = AggregationTemporality.CUMULATIVE;
    if (family instanceof HistogramTable && this.#options.exponential) {
      const dataPoints = yield* this.#points(family, true, now, (series) => family.readExponential(series));
      return { descriptor, aggregationTemporality, dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints };
    }
    if (family instanceof HistogramTable) {
      const dataPoints = yield* this.#points(family, true, now, (series) => family.read(series));
      return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
    }
    const counter = metric.kind === 'counter';
    const dataPoints = yield* this.#points(family, counter, now, (series) => series.value);
    if (!counter && this.#options.tellsEnds) dataPoints.push(...this.#ended(metric, family, now));
    const base = { descriptor, aggregationTemporality, dataPoints };
    return counter
      ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true }
      : { ...base, dataPointType: DataPointType.GAUGE };
  }

  /** The receiver has the last collection. What has ended is told until then. */
  delivered(): void {
    for (const [name, shown] of this.#shown) this.#told.set(name, shown);
  }

  /** A count that has ended is 0; a time is not a number. */
  #ended({ name, unit }: Metric, family: Family, now: number): DataPoint<number>[] {
    const before = this.#told.get(name) ?? new Set();
    const shown = new Set<Series>();
    family.forEach((series) => shown.add(series));
    this.#shown.set(name, shown);
    const ended = [...before].filter((series) => !shown.has(series)).slice(-MOST_ENDED);
    this.#told.set(name, new Set([...ended, ...shown]));
    if (ended.length === 0) return [];
    const back = new Set([...shown].filter((series) => !before.has(series)).map(({ attributes }) => identify(attributes)));
    const endTime = millisToHrTime(now);
    const value = unit === 's' ? NaN : 0;
    return ended.filter(({ attributes }) => !back.has(identify(attributes))).map(({ born: startTime, attributes }) => ({ startTime, endTime, attributes, value }));
  }

  *#points<T>(family: Family, cumulative: boolean, now: number, valueOf: (series: Series) => T): Pieces<DataPoint<T>[]> {
    const { bit, elapsed } = this.#options;
    const endTime = millisToHrTime(now);
    const withAge = cumulative && elapsed !== undefined;
    const all: Series[] = [];
    family.forEach((series) => all.push(series));
    const points: DataPoint<T>[] = [];
    for (const series of all) {
      series.seen |= bit;
      const { born: startTime, attributes } = series;
      const value = valueOf(series);
      const point: PulledPoint<T> = withAge
        ? { startTime, endTime, attributes, value, appeared: this.#appeared(series, now) }
        : { startTime, endTime, attributes, value };
      points.push(point);
      if (points.length % PIECE === 0) yield;
    }
    return points;
  }

  /** At its birth, as far as the wall clock can be trusted: it was on no page before this one, and is on this. */
  #appeared(series: Series, now: number): number {
    if (series.appeared === Infinity) {
      const age = Math.max(0, now - hrTimeToMilliseconds(series.born));
      series.appeared = Math.max(this.#before + INSTANT, this.#time - age);
    }
    return series.appeared;
  }
}
