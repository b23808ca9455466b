import type { Truth } from '../traffic.ts';
import type { Match, Page } from './exposition.ts';

/** What the page says of one executable, or of whatever else `match` selects. */
export interface Counts {
  readonly attempts: number;
  readonly successes: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly accepts: number;
}

export function countsOf(page: Page, match: Match): Counts {
  return {
    attempts: page.sum('connwatch_tcp_connect_attempts_total', match),
    successes: page.sum('connwatch_tcp_connect_successes_total', match),
    failures: page.by('error_type', 'connwatch_tcp_connect_failures_total', match),
    pending: page.sum('connwatch_tcp_connect_pending', match),
    accepts: page.sum('connwatch_tcp_accepts_total', match),
  };
}

/** The same of what was made. */
export function countsMade({ attempts, successes, failures, pending, accepts }: Truth): Counts {
  return { attempts, successes, failures: { ...failures }, pending, accepts };
}

/** Every row of lost records that is not 0. */
export function lossesOf(page: Page): Record<string, number> {
  const lost = page.select('connwatch_events_lost_total').filter(({ value }) => value !== 0);
  return Object.fromEntries(lost.map(({ labels, value }) => [`${labels['stage']}/${labels['reason']}`, value]));
}

/** Keys (executable and peer) for which attempts are not successes + failures + pending, with the four numbers. */
export function unbalanced(page: Page): Record<string, readonly number[]> {
  const sums = new Map<string, number[]>();
  const add = (column: number, name: string) => {
    for (const { labels, value } of page.select(name)) {
      const { process_executable_name: name, server_address: address, server_port: port } = labels;
      const key = `${name} ${address} ${port}`;
      const row = sums.get(key) ?? [0, 0, 0, 0];
      row[column]! += value;
      sums.set(key, row);
    }
  };
  ['attempts_total', 'successes_total', 'failures_total', 'pending'].forEach((name, column) =>
    add(column, `connwatch_tcp_connect_${name}`),
  );
  return Object.fromEntries([...sums].filter(([, [a, s, f, p]]) => a !== s! + f! + p!));
}
