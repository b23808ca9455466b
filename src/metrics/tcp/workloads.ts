import type { Account } from '../series/account.ts';

/** Which accounts the workloads that still run have counted in: what keeps these from being retired. */
export class Workloads {
  readonly #accounts = new Map<number, Set<Account>>();

  /** @param workload `Key.workload`; 0: nothing is known to run */
  use(workload: number, account: Account): void {
    if (workload === 0) return;
    let accounts = this.#accounts.get(workload);
    if (accounts === undefined) this.#accounts.set(workload, (accounts = new Set()));
    if (accounts.has(account)) return;
    accounts.add(account);
    account.users += 1;
  }

  /** These run no more, and their numbers may come to stand for others. */
  end(workloads: Iterable<number>): void {
    for (const workload of workloads) {
      for (const account of this.#accounts.get(workload) ?? []) account.users -= 1;
      this.#accounts.delete(workload);
    }
  }
}
