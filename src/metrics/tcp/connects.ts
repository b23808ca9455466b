import type { HrTime } from '@opentelemetry/api';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { Shapes } from '../attributes/shapes.ts';
import { AccountTable } from '../series/account-table.ts';
import { type Account, type Family, familyOf, newAccount, sibling } from '../series/account.ts';
import { type Limit, type Series, SeriesTable, type Wanted, extend } from '../series/series.ts';

/** Connects of one workload to one peer. */
export interface ConnectAccount extends Account {
  readonly wanted: Wanted;
  readonly attempts: Series;
  readonly pending: Series;
  successes: Series | undefined;
  /** Index = OUTCOMES. */
  readonly failures: (Series | undefined)[];
  /** By the values of `outcome`. */
  readonly window: Map<string, Series>;
  ended: number;
}

const SUCCESS = 0;
const CANCELLED = OUTCOMES.indexOf('cancelled');

/** The value of `outcome` in the window gauge. */
export function windowOutcome(outcome: number): 'success' | 'failure' | 'cancelled' {
  if (outcome === SUCCESS) return 'success';
  return outcome === CANCELLED ? 'cancelled' : 'failure';
}

/**
 * The metrics of connects. The table of attempts decides: an account without a series
 * there is the overflow account, in every metric. Successes and pending have at most one
 * series per account; failures and window have several, so they have limits of their own.
 */
export class Connects extends AccountTable<ConnectAccount> {
  readonly failures: SeriesTable;
  readonly window: SeriesTable;
  // All connects so far, independent of their series.
  #ended = 0;
  #given = 0;
  /** Accounts with connects in this window: the others, which may be many, need no work. */
  readonly #touched = new Set<ConnectAccount>();
  readonly #shapes: Shapes;

  constructor(limit: Limit, shapes: Shapes) {
    super(limit, newConnects);
    this.#shapes = shapes;
    this.failures = new SeriesTable(limit);
    this.window = new SeriesTable(limit);
  }

  get attempts(): SeriesTable {
    return this.gate;
  }

  get successes(): Family {
    return familyOf(this, (account) => account.successes);
  }

  get pending(): Family {
    return familyOf(this, (account) => (account.pending.value > 0 ? account.pending : undefined));
  }

  /** Resets the gauges of a window. */
  begin(): void {
    for (const account of this.#touched) {
      for (const series of account.window.values()) series.value = 0;
      account.pending.value = 0;
    }
    this.#touched.clear();
  }

  addEnded(account: ConnectAccount, outcome: number, count: number, at: At): void {
    this.#touched.add(account);
    account.ended += count;
    account.moved = at.window;
    this.#ended += count;
    this.#outcome(account, outcome, at.born).value += count;
    this.#window(account, windowOutcome(outcome), at.born).value += count;
  }

  addPending(account: ConnectAccount, count: number, at: At): void {
    this.#touched.add(account);
    account.pending.value += count;
    account.moved = at.window;
  }

  /**
   * Attempts = ended + pending, and never decrease. The overflow series has the
   * difference to the total of all. Otherwise a connect that was pending in its own
   * series and whose end was lost would count in both.
   */
  commit(born: HrTime): void {
    let pending = 0;
    for (const account of this.#touched) {
      pending += account.pending.value;
      if (this.isOverflow(account)) continue;
      const grown = account.ended + account.pending.value - account.attempts.value;
      if (grown <= 0) continue;
      account.attempts.value += grown;
      this.#given += grown;
    }
    const rest = this.#ended + pending - this.#given;
    if (rest <= 0) return;
    const overflow = this.overflow(born).attempts;
    overflow.value = Math.max(overflow.value, rest);
  }

  protected override retired(account: ConnectAccount): void {
    for (const series of account.failures) if (series !== undefined) this.failures.retire(series);
    for (const series of account.window.values()) this.window.retire(series);
  }

  #outcome(account: ConnectAccount, outcome: number, born: HrTime): Series {
    if (outcome === SUCCESS) return (account.successes ??= sibling(account.attempts, born));
    return (account.failures[outcome] ??= this.isOverflow(account)
      ? this.failures.overflow(born)
      : this.failures.acquire(extend(account.wanted, this.#shapes.pick('connwatch.tcp.connect.failures', { 'error.type': OUTCOMES[outcome] ?? 'other' })), born));
  }

  #window(account: ConnectAccount, outcome: string, born: HrTime): Series {
    let series = account.window.get(outcome);
    if (series === undefined) {
      series = this.isOverflow(account)
        ? this.window.overflow(born)
        : this.window.acquire(extend(account.wanted, this.#shapes.pick('connwatch.window.connects', { outcome })), born);
      account.window.set(outcome, series);
    }
    return series;
  }
}

/** The time of counting: the window's number, and its start, which is the start time of new series. */
export interface At {
  readonly window: number;
  readonly born: HrTime;
}

function newConnects(attempts: Series, window: number, wanted: Wanted): ConnectAccount {
  return {
    ...newAccount(window),
    wanted,
    attempts,
    pending: sibling(attempts, attempts.born),
    successes: undefined,
    failures: [],
    window: new Map(),
    ended: 0,
  };
}
