import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { EXPONENTIAL_SCALE, type ExponentialRange } from '../../stream/histograms.ts';
import { Buckets } from './buckets.ts';
import { type Limit, type Series, SeriesTable } from './series.ts';

/** A histogram is some 25 lines of the page, so fewer of them make a family. */
const SHARE = 4;

/** Live histograms that a family may have where other families may have `limit` series. */
export function histogramLimit(limit: number): number {
  return Math.max(2, Math.floor(limit / SHARE));
}

/** A family of histograms with the same bounds. The value of its series is their count. */
export class HistogramTable extends SeriesTable {
  readonly #bounds: readonly number[];
  readonly #buckets: Buckets;
  readonly #range: ExponentialRange | undefined;
  /** By the rows of #buckets. */
  readonly #exponential: Buckets | undefined;
  readonly #rows = new Map<Series, number>();

  /**
   * @param limit of other families
   * @param range of exponential buckets; undefined: there are none
   */
  constructor(limit: Limit, bounds: readonly number[], range?: ExponentialRange) {
    super(() => histogramLimit(typeof limit === 'function' ? limit() : limit));
    this.#bounds = bounds;
    this.#range = range;
    // One more for what is above all bounds, and the sum.
    this.#buckets = new Buckets(bounds.length + 2);
    // One more for what is below the range, and one for what is above it.
    this.#exponential = range && new Buckets(range.size + 2);
  }

  /** Adds counts[first], counts[first + 1], ..., one for each bucket, and what they are in sum. */
  record(series: Series, counts: Uint32Array, first: number, sum: number): void {
    let row = this.#rows.get(series);
    if (row === undefined) {
      this.#rows.set(series, (row = this.#buckets.take()));
      this.#exponential?.take();
    }
    const size = this.#bounds.length + 1;
    series.value += this.#buckets.add(row, counts, first, size);
    this.#buckets.addAt(row, size, sum);
  }

  /** The same times in exponential buckets, after `record`. */
  recordExponential(series: Series, counts: Uint32Array, first: number): void {
    this.#exponential?.add(this.#rows.get(series)!, counts, first, this.#exponential.width);
  }

  /** What it is now, copied. */
  read(series: Series): Histogram {
    const size = this.#bounds.length + 1;
    const row = this.#rows.get(series);
    const boundaries = this.#bounds as number[];
    if (row === undefined) return { buckets: { boundaries, counts: new Array<number>(size).fill(0) }, sum: 0, count: 0 };
    const values = this.#buckets.of(row);
    return { buckets: { boundaries, counts: Array.from(values.subarray(0, size)) }, sum: values[size]!, count: series.value };
  }

  /** The same in exponential buckets, of which the table must have a range. */
  readExponential(series: Series): ExponentialHistogram {
    const row = this.#rows.get(series);
    const counts = row === undefined ? [0] : Array.from(this.#exponential!.of(row));
    const sum = row === undefined ? 0 : this.#buckets.of(row)[this.#bounds.length + 1]!;
    return toExponential(this.#range!, counts, series.value, sum);
  }

  override retire(series: Series): void {
    super.retire(series);
    const row = this.#rows.get(series);
    if (row === undefined || this.isOverflow(series)) return;
    this.#rows.delete(series);
    this.#buckets.give(row);
    this.#exponential?.give(row);
  }
}

/** @param counts of what is below the range, of its buckets, and of what is above */
function toExponential({ offset, size }: ExponentialRange, counts: readonly number[], count: number, sum: number): ExponentialHistogram {
  const [zeroCount = 0, ...rest] = counts;
  const bucketCounts = rest.slice(0, size);
  // No connection is that old; its count would stay.
  if (rest[size]) bucketCounts[size - 1]! += rest[size];
  const first = Math.max(0, bucketCounts.findIndex((each) => each > 0));
  const last = bucketCounts.findLastIndex((each) => each > 0);
  const positive = { offset: offset + first, bucketCounts: bucketCounts.slice(first, last + 1) };
  return { count, sum, scale: EXPONENTIAL_SCALE, zeroCount, positive, negative: { offset: 0, bucketCounts: [] } };
}
