import type { HrTime } from '@opentelemetry/api';
import { LISTEN_VALUES } from '../../ebpf/types.ts';
import { type Account, type Family, familyOf, isStill, newAccount, sibling } from '../series/account.ts';
import { type Limit, type Series, SeriesTable, type Wanted } from '../series/series.ts';

/** The listening sockets of one workload on one port, added up. */
export interface ListenerAccount extends Account {
  readonly overflows: Series;
  readonly drops: Series;
  readonly queue: Series;
  readonly limit: Series;
  /** Whether one of them was there at the end of the window. */
  open: boolean;
}

const [SOCKETS, QUEUE, LIMIT, OVERFLOWS, DROPS] = (['sockets', 'queue', 'limit', 'overflows', 'drops'] as const).map((name) => LISTEN_VALUES.indexOf(name));

/** The families of listeners. The table of overflows is the gate; each account has one series in all of them. */
export class Listeners {
  readonly overflows: SeriesTable;
  readonly #accounts = new Map<string, ListenerAccount>();
  #overflow: ListenerAccount | undefined;

  constructor(limit: Limit) {
    this.overflows = new SeriesTable(limit);
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

  *[Symbol.iterator](): IterableIterator<ListenerAccount> {
    yield* this.#accounts.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  /** The account of these attributes, if there is one already. */
  find(wanted: Wanted): ListenerAccount | undefined {
    return this.#accounts.get(wanted.id);
  }

  account(wanted: Wanted, born: HrTime, window: number): ListenerAccount {
    const known = this.#accounts.get(wanted.id);
    if (known !== undefined) return known;
    const overflows = this.overflows.acquire(wanted, born);
    if (this.overflows.isOverflow(overflows)) return this.overflow(born);
    const account = newListener(overflows, window);
    this.#accounts.set(wanted.id, account);
    return account;
  }

  overflow(born: HrTime): ListenerAccount {
    this.#overflow ??= newListener(this.overflows.overflow(born), 0);
    return this.#overflow;
  }

  isOverflow(account: Account): boolean {
    return account === this.#overflow;
  }

  /** Queues are told anew each window; who is not told of listens no more. */
  begin(): void {
    for (const account of this) {
      account.open = false;
      account.queue.value = 0;
      account.limit.value = 0;
    }
  }

  /** @param values of one row, as LISTEN_VALUES */
  add(account: ListenerAccount, values: Float64Array): void {
    account.open ||= values[SOCKETS!]! > 0;
    account.queue.value += values[QUEUE!]!;
    account.limit.value += values[LIMIT!]!;
    account.overflows.value += values[OVERFLOWS!]!;
    account.drops.value += values[DROPS!]!;
  }

  retire(window: number, windows: number): void {
    for (const [id, account] of this.#accounts) {
      if (!isStill(account, window, windows)) continue;
      this.#accounts.delete(id);
      this.overflows.retire(account.overflows);
    }
  }
}

function newListener(overflows: Series, window: number): ListenerAccount {
  const [drops, queue, limit] = [0, 1, 2].map(() => sibling(overflows, overflows.born));
  return { ...newAccount(window), overflows, drops: drops!, queue: queue!, limit: limit!, open: false };
}
