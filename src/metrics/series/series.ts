import type { Attributes, HrTime } from '@opentelemetry/api';
import { ConnwatchError } from '../../internal/errors.ts';
import { OVERFLOW } from '../catalogue/metric.ts';

/** One series of a family. Its attributes object never changes, so what is written of it can be cached by it. */
export interface Series {
  readonly id: string;
  readonly attributes: Attributes;
  /** Whose place it takes in the share (a cgroup). */
  readonly owner: string;
  /** From when it counts. */
  readonly born: HrTime;
  value: number;
  /** Bit i: reader i has collected it. */
  seen: number;
  /** When it appeared on the pages of the pull reader, on the clock of `Producer.time`; Infinity: not yet. */
  appeared: number;
}

/** Live series a family may have; a function where that changes at run time. */
export type Limit = number | (() => number);

export interface Wanted {
  /** Equal for equal attributes. */
  readonly id: string;
  readonly owner: string;
  readonly attributes: () => Attributes;
}

/** The same with more attributes, whose values are words of ours. */
export function extend(wanted: Wanted, more: Readonly<Record<string, string>>): Wanted {
  let id = wanted.id;
  for (const name of Object.keys(more)) id += `${name}=${more[name]}`;
  return { id, owner: wanted.owner, attributes: () => ({ ...wanted.attributes(), ...more }) };
}

const overflowAttributes: Attributes = { [OVERFLOW]: 'true' };

/** @throws ConnwatchError CW_USAGE when the limit leaves no place beside the overflow series. */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 2) throw new ConnwatchError(`a series limit must be 2 or more, not ${limit}`, { code: 'CW_USAGE' });
}

/**
 * The live series of one family under a hard limit, one place of which is
 * kept for the overflow series. What gets no place of its own belongs into
 * that one, so the sum over the family is always true.
 *
 * An owner gets a new place only while it holds fewer than are still free:
 * alone it can take half, the next one half of the rest, and a newcomer finds
 * a place however long a flooder has been at it (the rule of dynamic
 * thresholds in shared-memory switches, Choudhury and Hahne 1998).
 *
 * Only `retire` takes a series away; a value changes only by who holds the series.
 */
export class SeriesTable {
  readonly #limit: Limit;
  readonly #live = new Map<string, Series>();
  readonly #held = new Map<string, number>();
  #overflow: Series | undefined;

  /** @throws ConnwatchError CW_USAGE when the limit leaves no place beside the overflow series. */
  constructor(limit: Limit) {
    this.#limit = limit;
    checkLimit(this.limit);
  }

  /** A lower one than before takes nothing away: what is live stays, what is new finds no place. */
  get limit(): number {
    return typeof this.#limit === 'function' ? this.#limit() : this.#limit;
  }

  /** Live series, the overflow series included once it is used. */
  get size(): number {
    return this.#live.size + (this.#overflow === undefined ? 0 : 1);
  }

  /** The series of these attributes: the live one, a new one, or the overflow series when there is no place. */
  acquire(wanted: Wanted, born: HrTime): Series {
    const live = this.#live.get(wanted.id);
    if (live !== undefined) return live;
    const held = this.#held.get(wanted.owner) ?? 0;
    const free = this.limit - 1 - this.#live.size;
    if (held >= free) return this.overflow(born);
    const { id, owner } = wanted;
    const series: Series = { id, owner, attributes: wanted.attributes(), born, value: 0, seen: 0, appeared: Infinity };
    this.#live.set(id, series);
    this.#held.set(owner, held + 1);
    return series;
  }

  /** The series of all that has none of its own. */
  overflow(born: HrTime): Series {
    this.#overflow ??= { id: '', owner: '', attributes: overflowAttributes, born, value: 0, seen: 0, appeared: Infinity };
    return this.#overflow;
  }

  isOverflow(series: Series): boolean {
    return series === this.#overflow;
  }

  get(id: string): Series | undefined {
    return this.#live.get(id);
  }

  /** Takes a series away and frees its place. The overflow series stays: it is nobody's. */
  retire(series: Series): void {
    if (this.#live.get(series.id) !== series) return;
    this.#live.delete(series.id);
    const held = (this.#held.get(series.owner) ?? 1) - 1;
    if (held === 0) this.#held.delete(series.owner);
    else this.#held.set(series.owner, held);
  }

  /** Every series, the overflow series last. */
  *[Symbol.iterator](): IterableIterator<Series> {
    yield* this.#live.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  forEach(visit: (series: Series) => void): void {
    this.#live.forEach(visit);
    if (this.#overflow !== undefined) visit(this.#overflow);
  }

  /** Gauges of a window: everything is 0 until it is set. */
  zero(): void {
    this.forEach((series) => void (series.value = 0));
  }
}
