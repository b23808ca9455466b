import type { HrTime } from '@opentelemetry/api';
import { type Limit, SeriesTable, type Wanted } from '../series/series.ts';

/** Open sockets: a gauge that is set completely in each window. Series that are not set end. */
export class Connections {
  readonly table: SeriesTable;
  readonly #sums = new Map<string, { wanted: Wanted; count: number }>();
  #nobody = 0;

  constructor(limit: Limit) {
    this.table = new SeriesTable(limit);
  }

  begin(): void {
    this.#sums.clear();
    this.#nobody = 0;
  }

  /** @param wanted undefined: the attributes are unknown */
  add(wanted: Wanted | undefined, count: number): void {
    if (wanted === undefined) {
      this.#nobody += count;
      return;
    }
    const sum = this.#sums.get(wanted.id);
    if (sum === undefined) this.#sums.set(wanted.id, { wanted, count });
    else sum.count += count;
  }

  /** Ends old series before it creates new ones, so that ended ones do not count against the limit. */
  commit(born: HrTime): void {
    for (const series of [...this.table]) {
      series.value = 0;
      if (!this.#sums.has(series.id)) this.table.retire(series);
    }
    for (const { wanted, count } of this.#sums.values()) this.table.acquire(wanted, born).value += count;
    if (this.#nobody > 0) this.table.overflow(born).value += this.#nobody;
  }
}
