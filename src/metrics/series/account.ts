import type { HrTime } from '@opentelemetry/api';
import type { Series } from './series.ts';

/**
 * The counters of one set of attributes: workload and peer (connects), workload
 * and port (accepts), ... They come and go as one, so that they agree with each other.
 */
export interface Account {
  /** How many workloads that still run counted here: it is not retired before the last one is gone. */
  users: number;
  /** Keys that refer to it. */
  bound: number;
  /** The last window in which anything happened here. */
  moved: number;
}

export function newAccount(window: number): Account {
  return { users: 0, bound: 0, moved: window };
}

/** Whether nobody can count here any more and nobody has for `windows` windows. */
export function isStill(account: Account, window: number, windows: number): boolean {
  return account.bound === 0 && account.users === 0 && window - account.moved >= windows;
}

/** A series that is bounded by its account, so it needs no place of its own in a table. */
export function sibling(series: Series, born: HrTime): Series {
  return { ...series, born, value: 0, seen: 0, appeared: Infinity };
}

/** A metric family as producers and the budget's own gauges see it. */
export interface Family {
  readonly size: number;
  /** Calls back and is no iterator: with 20,000 series that is several times faster. */
  forEach(visit: (series: Series) => void): void;
}

/** The family of one series of each account, of those that have it. */
export function familyOf<A>(accounts: Iterable<A>, pick: (account: A) => Series | undefined): Family {
  return {
    get size() {
      let size = 0;
      for (const account of accounts) if (pick(account) !== undefined) size++;
      return size;
    },
    forEach(visit) {
      for (const account of accounts) {
        const series = pick(account);
        if (series !== undefined) visit(series);
      }
    },
  };
}
