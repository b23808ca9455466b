import type { HrTime } from '@opentelemetry/api';
import { type Account, type Family, familyOf, isStill, newAccount, sibling } from '../series/account.ts';
import { type Limit, type Series, SeriesTable, type Wanted } from '../series/series.ts';
import type { At } from './connects.ts';

/** Accepts of one workload on one port. */
export interface AcceptAccount extends Account {
  readonly accepts: Series;
  readonly window: Series;
}

/** The families of accepts. Each account has one series in both. */
export class Accepts {
  readonly accepts: SeriesTable;
  /** Records counted without their own attributes for want of a place. */
  folded = 0;
  readonly #accounts = new Map<string, AcceptAccount>();
  #overflow: AcceptAccount | undefined;

  constructor(limit: Limit) {
    this.accepts = new SeriesTable(limit);
  }

  get window(): Family {
    return familyOf(this, (account) => account.window);
  }

  *[Symbol.iterator](): IterableIterator<AcceptAccount> {
    yield* this.#accounts.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  /** The account of these attributes, if there is one already. */
  find(wanted: Wanted): AcceptAccount | undefined {
    return this.#accounts.get(wanted.id);
  }

  account(wanted: Wanted, born: HrTime, window: number): AcceptAccount {
    const known = this.#accounts.get(wanted.id);
    if (known !== undefined) return known;
    const accepts = this.accepts.acquire(wanted, born);
    if (this.accepts.isOverflow(accepts)) return this.overflow(born);
    const account = { ...newAccount(window), accepts, window: sibling(accepts, born) };
    this.#accounts.set(wanted.id, account);
    return account;
  }

  overflow(born: HrTime): AcceptAccount {
    const accepts = this.accepts.overflow(born);
    this.#overflow ??= { ...newAccount(0), accepts, window: sibling(accepts, born) };
    return this.#overflow;
  }

  isOverflow(account: Account): boolean {
    return account === this.#overflow;
  }

  begin(): void {
    for (const account of this) account.window.value = 0;
  }

  /** @param known false for records that had no attributes to begin with */
  add(account: AcceptAccount, count: number, at: At, known = true): void {
    account.accepts.value += count;
    account.window.value += count;
    account.moved = at.window;
    if (known && this.isOverflow(account)) this.folded += count;
  }

  retire(window: number, windows: number): void {
    for (const [id, account] of this.#accounts) {
      if (!isStill(account, window, windows)) continue;
      this.#accounts.delete(id);
      this.accepts.retire(account.accepts);
    }
  }
}
