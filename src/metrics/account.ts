import type { HrTime } from '@opentelemetry/api';
import type { Series } from './series.ts';

/**
 * The counters of one workload and peer (connects) or port (accepts). They
 * come and go as one, so that they agree with each other.
 */
export interface Account {
  /** Living processes (`Process`) that counted here: it is not retired before the last one is gone. */
  readonly users: Set<object>;
  /** Keys that refer to it. */
  bound: number;
  /** The last window in which anything happened here. */
  moved: number;
}

export function newAccount(window: number): Account {
  return { users: new Set(), bound: 0, moved: window };
}

/** Whether nobody can count here any more and nobody has for `windows` windows. */
export function isStill(account: Account, window: number, windows: number): boolean {
  return account.bound === 0 && account.users.size === 0 && window - account.moved >= windows;
}

/** A series that is bounded by its account, so it needs no place of its own in a table. */
export function sibling(series: Series, born: HrTime): Series {
  const { id, owner, attributes } = series;
  return { id, owner, attributes, born, value: 0, seen: 0 };
}

/** A metric family as producers and the budget's own gauges see it. */
export interface Family {
  readonly size: number;
  /** Calls back and is no iterator: with 20,000 series that is several times faster. */
  forEach(visit: (series: Series) => void): void;
}
