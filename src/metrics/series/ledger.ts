import type { HrTime } from '@opentelemetry/api';
import { type Account, isStill, newAccount } from './account.ts';
import { type Series, type SeriesTable, type Wanted, extend } from './series.ts';

/** A place for one series of each account: the family's table, and what the series has beside its account's attributes. */
export interface Slot {
  readonly table: SeriesTable;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface LedgerAccount extends Account {
  readonly wanted: Wanted;
  /** Index = slot. */
  readonly series: (Series | undefined)[];
  /** How many of them are its own. */
  places: number;
}

/**
 * Accounts whose series are made when something is counted in them, so a peer of
 * which only bytes are known has no other line. A series that finds no place when
 * it is wanted first is the family's overflow series for as long as the account lives.
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

  /** @param account undefined for what has no attributes to begin with */
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

  /** An account without a place goes with its last key: what is not bounded by places is bounded by keys. */
  retire(window: number, windows: number): void {
    for (const [id, account] of this.#accounts) {
      if (account.places > 0 ? !isStill(account, window, windows) : account.bound > 0) continue;
      this.#accounts.delete(id);
      account.series.forEach((series, slot) => series !== undefined && this.#slots[slot]!.table.retire(series));
    }
  }
}
