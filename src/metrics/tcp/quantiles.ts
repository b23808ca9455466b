import type { HrTime } from '@opentelemetry/api';
import { quantileOf } from '../../internal/quantile.ts';
import { HANDSHAKE_BOUNDS } from '../../stream/histograms.ts';
import { type Family, familyOf, sibling } from '../series/account.ts';
import { Buckets } from '../series/buckets.ts';
import { type Limit, type Series, SeriesTable, type Wanted } from '../series/series.ts';

export const QUANTILES = [0.5, 0.95, 0.99] as const;

interface Member {
  /** Index = QUANTILES. */
  readonly series: readonly Series[];
  /** Row of its buckets; undefined: no successes in this window. */
  row: number | undefined;
}

interface Sum {
  readonly wanted: Wanted;
  readonly row: number;
}

/**
 * Quantiles of the handshake times of the last window, by workload and peer. Without a
 * success in the window there is no series. Those above the limit share the overflow
 * series, which has the quantiles of all of them together.
 */
export class Quantiles {
  /** The table of the first quantile decides; each series has siblings for the others. */
  readonly table: SeriesTable;
  readonly #buckets = new Buckets(HANDSHAKE_BOUNDS.length + 1);
  readonly #members = new Map<Series, Member>();
  readonly #sums = new Map<string, Sum>();
  #nobody: number | undefined;

  constructor(limit: Limit) {
    this.table = new SeriesTable(limit);
  }

  /** @param quantile index in QUANTILES */
  family(quantile: number): Family {
    return familyOf({ [Symbol.iterator]: () => this.#members.values() }, ({ row, series }) => (row === undefined ? undefined : series[quantile]));
  }

  begin(): void {
    for (const { row } of this.#sums.values()) this.#buckets.give(row);
    if (this.#nobody !== undefined) this.#buckets.give(this.#nobody);
    this.#sums.clear();
    this.#nobody = undefined;
  }

  /**
   * @param wanted undefined: the attributes are unknown
   * @param first where the buckets begin in `counts`
   */
  add(wanted: Wanted | undefined, counts: Uint32Array, first: number): void {
    const row = wanted === undefined ? (this.#nobody ??= this.#buckets.take()) : this.#sumOf(wanted).row;
    this.#buckets.add(row, counts, first, this.#buckets.width);
  }

  /** Ends old series before it creates new ones. */
  commit(born: HrTime): void {
    for (const [series, member] of this.#members) {
      member.row = undefined;
      if (this.#sums.has(series.id) || this.table.isOverflow(series)) continue;
      this.table.retire(series);
      this.#members.delete(series);
    }
    let rest = this.#nobody;
    for (const { wanted, row } of this.#sums.values()) {
      const series = this.table.acquire(wanted, born);
      if (!this.table.isOverflow(series)) this.#member(series).row = row;
      else if (rest === undefined) rest = row;
      else addTo(this.#buckets.of(rest), this.#buckets.of(row));
    }
    if (rest !== undefined) this.#member(this.table.overflow(born)).row = rest;
    for (const { series, row } of this.#members.values()) {
      if (row === undefined) continue;
      const counts = this.#buckets.of(row);
      QUANTILES.forEach((quantile, index) => void (series[index]!.value = quantileOf(quantile, HANDSHAKE_BOUNDS, counts)));
    }
  }

  #sumOf(wanted: Wanted): Sum {
    let sum = this.#sums.get(wanted.id);
    if (sum === undefined) this.#sums.set(wanted.id, (sum = { wanted, row: this.#buckets.take() }));
    return sum;
  }

  #member(series: Series): Member {
    let member = this.#members.get(series);
    if (member === undefined) {
      member = { series: QUANTILES.map((_, index) => (index === 0 ? series : sibling(series, series.born))), row: undefined };
      this.#members.set(series, member);
    }
    return member;
  }
}

function addTo(sum: Float64Array, more: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}
