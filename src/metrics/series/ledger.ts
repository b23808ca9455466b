import type { HrTime } from '@opentelemetry/api';
import { type Account, isStill, newAccount } from './account.ts';
import { type Series, type SeriesTable, type Wanted, extend } from './series.ts';

/** One metric of the accounts: its table of series, and the attributes that it adds to those of the account. */
export interface Slot {
  readonly table: SeriesTable;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface LedgerAccount extends Account {
  readonly wanted: Wanted;
  /** Index = slot. */
  readonly series: (Series | undefined)[];
  /** How many of them are not the overflow series. */
  places: number;
}

/**
 * Accounts whose series are created when they first count something, so a peer with
 * bytes only has no other line. If the limit is reached then, the account uses the
 * metric's overflow series for the rest of its life.
 */
export class Ledger {
  readonly #slots: readonly Slot[];
  readonly #accounts = new Map<string, LedgerAccount>();

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
  }

  get size(): number {
    return this.#accounts.size;
  }

  account(wanted: Wanted, window: number): LedgerAccount {
    let account = this.#accounts.get(wanted.id);
    if (account === undefined) {
      account = { ...newAccount(window), wanted, series: [], places: 0 };
      this.#accounts.set(wanted.id, account);
    }
    return account;
  }

  /** @param account undefined: no attributes are known */
  series(account: LedgerAccount | undefined, slot: number, born: HrTime): Series {
    const { table, attributes } = this.#slots[slot]!;
    if (account === undefined) return table.overflow(born);
    let series = account.series[slot];
    if (series === undefined) {
      series = table.acquire(attributes === undefined ? account.wanted : extend(account.wanted, attributes), born);
      account.series[slot] = series;
      if (!table.isOverflow(series)) account.places += 1;
    }
    return series;
  }

  /** An account without series of its own ends with its last key, so the number of keys limits these accounts. */
  retire(window: number, windows: number): void {
    for (const [id, account] of this.#accounts) {
      if (account.places > 0 ? !isStill(account, window, windows) : account.bound > 0) continue;
      this.#accounts.delete(id);
      account.series.forEach((series, slot) => series !== undefined && this.#slots[slot]!.table.retire(series));
    }
  }
}
