import type { Page } from '../../harness/scrape/exposition.ts';

/** Attempts by process, as `tcp.connects_by_pid` has to show them. */
export class Owners {
  readonly #attempts = new Map<string, number>();

  add(pid: number | 'not 1', comm: string, attempts: number): void {
    const owner = `${pid} ${comm}`;
    this.#attempts.set(owner, (this.#attempts.get(owner) ?? 0) + attempts);
  }

  /** Of a process that sees itself as pid 1 or does not know. */
  addUnknown(comm: string, attempts: number): void {
    this.add('not 1', comm, attempts);
  }

  /** A child of the process has made them. */
  move(from: number, to: number, comm: string, attempts: number): void {
    this.add(from, comm, -attempts);
    this.add(to, comm, attempts);
  }

  get expected(): Record<string, number> {
    return Object.fromEntries([...this.#attempts].filter(([, attempts]) => attempts !== 0));
  }

  /** What the pages have shown of these processes. */
  seen(history: Page): Record<string, number> {
    const seen: Record<string, number> = {};
    const { expected } = this;
    for (const { labels, value } of history.select('tcp_connects_by_pid')) {
      const { pid = '', comm = '' } = labels;
      for (const owner of [`${pid} ${comm}`, ...(pid === '1' ? [] : [`not 1 ${comm}`])]) {
        if (owner in expected) seen[owner] = (seen[owner] ?? 0) + value;
      }
    }
    return seen;
  }
}
