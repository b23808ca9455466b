import type { Histogram } from '@opentelemetry/sdk-metrics';
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
  readonly #rows = new Map<Series, number>();

  /** @param limit of other families */
  constructor(limit: Limit, bounds: readonly number[]) {
    super(() => histogramLimit(typeof limit === 'function' ? limit() : limit));
    this.#bounds = bounds;
    // One more for what is above all bounds, and the sum.
    this.#buckets = new Buckets(bounds.length + 2);
  }

  /** Adds counts[first], counts[first + 1], ..., one for each bucket, and what they are in sum. */
  record(series: Series, counts: Uint32Array, first: number, sum: number): void {
    let row = this.#rows.get(series);
    if (row === undefined) this.#rows.set(series, (row = this.#buckets.take()));
    const size = this.#bounds.length + 1;
    series.value += this.#buckets.add(row, counts, first, size);
    this.#buckets.addAt(row, size, sum);
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

  override retire(series: Series): void {
    super.retire(series);
    const row = this.#rows.get(series);
    if (row === undefined || this.isOverflow(series)) return;
    this.#rows.delete(series);
    this.#buckets.give(row);
  }
}
