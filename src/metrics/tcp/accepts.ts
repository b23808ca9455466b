import { AccountTable } from '../series/account-table.ts';
import { type Account, type Family, familyOf, newAccount, sibling } from '../series/account.ts';
import type { Limit, Series, SeriesTable } from '../series/series.ts';
import type { At } from './connects.ts';

/** Accepts of one workload on one port. */
export interface AcceptAccount extends Account {
  readonly accepts: Series;
  readonly window: Series;
}

/** The metrics of accepts. Each account has one series in both. */
export class Accepts extends AccountTable<AcceptAccount> {
  /** Accounts with accepts in this window. */
  readonly #touched = new Set<AcceptAccount>();

  constructor(limit: Limit) {
    super(limit, (accepts, window) => ({ ...newAccount(window), accepts, window: sibling(accepts, accepts.born) }));
  }

  get accepts(): SeriesTable {
    return this.gate;
  }

  get window(): Family {
    return familyOf(this, (account) => account.window);
  }

  begin(): void {
    for (const account of this.#touched) account.window.value = 0;
    this.#touched.clear();
  }

  add(account: AcceptAccount, count: number, at: At): void {
    this.#touched.add(account);
    account.accepts.value += count;
    account.window.value += count;
    account.moved = at.window;
  }
}
