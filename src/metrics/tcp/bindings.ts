import type { Key } from '../../ebpf/types.ts';
import type { CgroupsInUse } from '../../identity/index.ts';
import type { KeyNames } from '../attributes/of-key.ts';
import type { KeyTable } from '../key-table.ts';
import type { Account } from '../series/account.ts';
import type { Wanted } from '../series/series.ts';
import type { AcceptAccount } from './accepts.ts';
import type { ConnectAccount } from './connects.ts';
import type { ListenerAccount } from './listeners.ts';
import type { TrafficAccounts } from './traffic.ts';

/**
 * What a binding is made of when its key is met first; one of each for each set of
 * attributes that metrics keep (PerShape). The accounts whose series exist from their
 * beginning are those that there are already; others are made when there is something
 * to count: a connection from before the start has no connects.
 */
export interface Bound {
  /** By a filter: nothing of it counts. */
  readonly leftOut: boolean;
  /** As long as the binding lasts. */
  readonly names: KeyNames;
  readonly traffic: TrafficAccounts;
  readonly connects: (ConnectAccount | undefined)[];
  readonly accepts: (AcceptAccount | undefined)[];
  readonly listeners: (ListenerAccount | undefined)[];
}

/** Where a key counts. */
export interface Binding extends Bound {
  readonly key: Key;
  /** All accounts of the above, each once. */
  accounts: readonly Account[];
  /** By TCP state. */
  readonly connections: (Wanted | undefined)[];
  /** By shape, of those that no account holds. */
  readonly wanted: (Wanted | undefined)[];
  /** The last window it was seen in, and in which one of its sockets was alive at the end. */
  seen: number;
  alive: number;
  /** The last process of its workload has ended, or it is not known that one runs. */
  ended: boolean;
}

/** Someone who floods with keys gets none of those that others count in. */
const IDLE_WINDOWS = 12;
const ENDED_WINDOWS = 2;

/**
 * Key numbers to accounts, so that a row costs one look-up. A key that was in
 * no row and has no live socket for some windows is given back to the table; soon
 * if its workload has ended. The addon bounds how many there are.
 */
export class Bindings {
  readonly cgroups: CgroupsInUse;
  /** How many were made so far. */
  made = 0;
  readonly #byId = new Map<number, Binding>();
  readonly #keys: KeyTable;
  readonly #bind: (key: Key) => Bound;

  constructor(keys: KeyTable, cgroups: CgroupsInUse, bind: (key: Key) => Bound) {
    this.#keys = keys;
    this.cgroups = cgroups;
    this.#bind = bind;
  }

  get size(): number {
    return this.#byId.size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /**
   * undefined for a number that is not in use.
   * @param known what the number stands for, if that is known
   */
  get(id: number, window: number, known?: Key): Binding | undefined {
    let binding = this.#byId.get(id);
    if (binding === undefined) {
      const key = known ?? (id === 0 ? undefined : this.#keys.get(id));
      if (key === undefined) return undefined;
      binding = newBinding(key, this.#bind(key), window);
      this.made += 1;
      this.cgroups.add(key);
      this.#byId.set(id, binding);
    }
    binding.seen = window;
    return binding;
  }

  /** Of workloads whose numbers may come to stand for others. */
  end(gone: Uint32Array): void {
    if (gone.length === 0) return;
    const ended = new Set(gone);
    for (const binding of this.#byId.values()) if (ended.has(binding.key.workload)) binding.ended = true;
  }

  /**
   * @param inVain keys that count where many others do: they go at the end of each window, so that those
   *   with a series of their own keep theirs. While a connect is pending they stay, because where it counts
   *   as pending its end has to count.
   */
  release(window: number, inVain: (binding: Binding) => boolean): void {
    const idle: number[] = [];
    for (const [id, binding] of this.#byId) {
      const windows = binding.alive < window && inVain(binding) ? 0 : binding.ended ? ENDED_WINDOWS : IDLE_WINDOWS;
      if (window - binding.seen < windows) continue;
      for (const account of binding.accounts) account.bound -= 1;
      this.cgroups.remove(binding.key);
      this.#byId.delete(id);
      idle.push(id);
    }
    // Nothing here refers to them any more, so the numbers may stand for other keys from now on.
    if (idle.length > 0) this.#keys.release(idle);
  }
}

/** From now on the account lives at least as long as the key is in use. */
export function attach(binding: Pick<Binding, 'accounts'>, account: Account): void {
  // Traffic of several shapes can be one account.
  if (binding.accounts.includes(account)) return;
  // Not push(), which makes room for 17.
  binding.accounts = [...binding.accounts, account];
  account.bound += 1;
}

function newBinding(key: Key, bound: Bound, window: number): Binding {
  const binding: Binding = { ...bound, key, accounts: [], connections: [], wanted: [], seen: window, alive: 0, ended: key.workload === 0 };
  for (const account of [...bound.traffic, ...bound.connects, ...bound.accepts, ...bound.listeners]) {
    if (account !== undefined) attach(binding, account);
  }
  return binding;
}
