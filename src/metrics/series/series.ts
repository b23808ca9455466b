import type { Attributes, HrTime } from '@opentelemetry/api';
import { ConnwatchError } from '../../internal/errors.ts';
import { OVERFLOW } from '../catalogue/metric.ts';

/** One series of a family. Its attributes object never changes, so what is written of it can be cached by it. */
export interface Series {
  readonly id: string;
  readonly attributes: Attributes;
  /** Whose place it takes in the share (a cgroup). */
  readonly owner: string;
  /** And within that (an executable). */
  readonly part: string;
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
  /** @default all of the owner's are one part */
  readonly part?: string;
  readonly attributes: () => Attributes;
}

/** The same with more attributes, whose values are words of ours. */
export function extend(wanted: Wanted, more: Readonly<Record<string, string>>): Wanted {
  let id = wanted.id;
  for (const name of Object.keys(more)) id += `${name}=${more[name]}`;
  return { ...wanted, id, attributes: () => ({ ...wanted.attributes(), ...more }) };
}

/** Of the dynamic threshold. */
const FACTOR = 4;

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
 * An owner gets a new place only while it holds fewer than four times what is
 * free: alone it can take 80 %, the next one 80 % of the rest, and a newcomer finds
 * a place however long a flooder has been at it (the rule of dynamic thresholds in
 * shared-memory switches, Choudhury and Hahne 1998). The same holds for the parts
 * of an owner, with what the owner may still take. The addon shares out keys by
 * the same rule (native/keys/shares.h).
 *
 * Only `retire` takes a series away; a value changes only by who holds the series.
 */
export class SeriesTable {
  readonly #limit: Limit;
  readonly #live = new Map<string, Series>();
  readonly #held = new Map<string, number>();
  readonly #heldByPart = new Map<string, number>();
  #refused = 0;
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

  /** How often a set of attributes found no place. */
  get refused(): number {
    return this.#refused;
  }

  /** The series of these attributes: the live one, a new one, or the overflow series when there is no place. */
  acquire(wanted: Wanted, born: HrTime): Series {
    const live = this.#live.get(wanted.id);
    if (live !== undefined) return live;
    const { id, owner, part = '' } = wanted;
    if (!this.#hasRoom(owner, part)) return this.refuse(born);
    const series: Series = { id, owner, part, attributes: wanted.attributes(), born, value: 0, seen: 0, appeared: Infinity };
    this.#live.set(id, series);
    add(this.#held, owner, 1);
    add(this.#heldByPart, partOf(series), 1);
    return series;
  }

  /** The overflow series, for what would have a series of its own if there were room. */
  refuse(born: HrTime): Series {
    this.#refused += 1;
    return this.overflow(born);
  }

  #hasRoom(owner: string, part: string): boolean {
    const most = FACTOR * (this.limit - 1 - this.#live.size);
    const held = this.#held.get(owner) ?? 0;
    if (held >= most) return false;
    return (this.#heldByPart.get(partOf({ owner, part })) ?? 0) < FACTOR * (most - held);
  }

  /** The series of all that has none of its own. */
  overflow(born: HrTime): Series {
    this.#overflow ??= { id: '', owner: '', part: '', attributes: overflowAttributes, born, value: 0, seen: 0, appeared: Infinity };
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
    add(this.#held, series.owner, -1);
    add(this.#heldByPart, partOf(series), -1);
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

/** An owner is a number, so no other pair reads the same. */
function partOf({ owner, part }: Pick<Series, 'owner' | 'part'>): string {
  return `${owner} ${part}`;
}

/** What is 0 is not kept. */
function add(held: Map<string, number>, name: string, change: 1 | -1): void {
  const now = (held.get(name) ?? 0) + change;
  if (now === 0) held.delete(name);
  else held.set(name, now);
}
