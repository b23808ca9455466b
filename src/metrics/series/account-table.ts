import type { HrTime } from '@opentelemetry/api';
import { type Account, isStill } from './account.ts';
import { type Limit, type Series, SeriesTable, type Wanted } from './series.ts';

/** Makes the account of attributes that have the series `gate` in the family that decides. */
export type MakeAccount<A> = (gate: Series, window: number, wanted: Wanted) => A;

/**
 * Accounts by their attributes. One family decides for all families of an account:
 * who gets no series in it counts in the overflow account, in every family. So the
 * families with one series for each account need no limit of their own.
 */
export class AccountTable<A extends Account> {
  /** The series of the family that decides. */
  protected readonly gate: SeriesTable;
  readonly #make: MakeAccount<A>;
  readonly #accounts = new Map<string, A>();
  #overflow: A | undefined;

  constructor(limit: Limit, make: MakeAccount<A>) {
    this.gate = new SeriesTable(limit);
    this.#make = make;
  }

  /** Every account, the overflow account last. */
  *[Symbol.iterator](): IterableIterator<A> {
    yield* this.#accounts.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  /** The account of these attributes, if there is one already. */
  find(wanted: Wanted): A | undefined {
    return this.#accounts.get(wanted.id);
  }

  account(wanted: Wanted, born: HrTime, window: number): A {
    const known = this.#accounts.get(wanted.id);
    if (known !== undefined) return known;
    const series = this.gate.acquire(wanted, born);
    if (this.gate.isOverflow(series)) return this.overflow(born);
    const account = this.#make(series, window, wanted);
    this.#accounts.set(wanted.id, account);
    return account;
  }

  overflow(born: HrTime): A {
    if (this.#overflow === undefined) {
      const series = this.gate.overflow(born);
      this.#overflow = this.#make(series, 0, { id: '', owner: '', attributes: () => series.attributes });
    }
    return this.#overflow;
  }

  /** The overflow account, for what would have one of its own if there were room. */
  refuse(born: HrTime): A {
    this.gate.refuse(born);
    return this.overflow(born);
  }

  isOverflow(account: Account): boolean {
    return account === this.#overflow;
  }

  /** Retires accounts that are still for `windows` windows and whose processes are gone. */
  retire(window: number, windows: number): void {
    for (const [id, account] of this.#accounts) {
      if (!isStill(account, window, windows)) continue;
      this.#accounts.delete(id);
      this.gate.retire(this.gate.get(id)!);
      this.retired?.(account);
    }
  }

  /** For who has series in tables of their own. */
  protected retired?(account: A): void;
}
