import { LISTEN_VALUES } from '../../ebpf/types.ts';
import { AccountTable } from '../series/account-table.ts';
import { type Account, type Family, familyOf, newAccount, sibling } from '../series/account.ts';
import type { Limit, Series, SeriesTable } from '../series/series.ts';

/** The listening sockets of one workload on one port, added up. */
export interface ListenerAccount extends Account {
  readonly overflows: Series;
  readonly drops: Series;
  readonly queue: Series;
  readonly limit: Series;
  /** Whether one of them existed at the end of the window. */
  open: boolean;
}

const [SOCKETS, QUEUE, LIMIT, OVERFLOWS, DROPS] = (['sockets', 'queue', 'limit', 'overflows', 'drops'] as const).map((name) => LISTEN_VALUES.indexOf(name));

/** The metrics of listeners. The table of overflows decides; each account has one series in all of them. */
export class Listeners extends AccountTable<ListenerAccount> {
  constructor(limit: Limit) {
    super(limit, newListener);
  }

  get overflows(): SeriesTable {
    return this.gate;
  }

  get drops(): Family {
    return familyOf(this, (account) => account.drops);
  }

  get queue(): Family {
    return familyOf(this, (account) => (account.open ? account.queue : undefined));
  }

  get limit(): Family {
    return familyOf(this, (account) => (account.open ? account.limit : undefined));
  }

  /** Queues are set again in each window. An account that is not set has no listener any more. */
  begin(): void {
    for (const account of this) {
      account.open = false;
      account.queue.value = 0;
      account.limit.value = 0;
    }
  }

  /** @param values one row, by LISTEN_VALUES */
  add(account: ListenerAccount, values: Float64Array): void {
    account.open ||= values[SOCKETS!]! > 0;
    account.queue.value += values[QUEUE!]!;
    account.limit.value += values[LIMIT!]!;
    account.overflows.value += values[OVERFLOWS!]!;
    account.drops.value += values[DROPS!]!;
  }
}

function newListener(overflows: Series, window: number): ListenerAccount {
  const [drops, queue, limit] = [0, 1, 2].map(() => sibling(overflows, overflows.born));
  return { ...newAccount(window), overflows, drops: drops!, queue: queue!, limit: limit!, open: false };
}
