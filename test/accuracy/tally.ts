import type { Page } from '../harness/exposition.ts';
import { countsOf } from '../harness/counts.ts';
import type { Truth } from '../harness/traffic.ts';

/** What is counted of one executable. What is 0 is left out, so that equal tallies are deeply equal. */
export interface Tally {
  readonly attempts?: number;
  readonly successes?: number;
  /** By `error.type`. */
  readonly failures?: Readonly<Record<string, number>>;
  readonly pending?: number;
  readonly accepts?: number;
  /** Open sockets by role and state: `client established`. */
  readonly open?: Readonly<Record<string, number>>;
}

/** By the role of the executable: client, server, ... */
export type Tallies = Readonly<Record<string, Tally>>;

type Values = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** Without what is 0 or empty. */
export function tally(values: Values): Tally {
  const kept = Object.entries(values)
    .map(([name, value]): [string, unknown] => [name, typeof value === 'number' ? value : nonZero(value)])
    .filter(([, value]) => value !== 0 && value !== undefined);
  return Object.fromEntries(kept);
}

function nonZero(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> | undefined {
  const kept = Object.entries(values).filter(([, value]) => value !== 0);
  return kept.length > 0 ? Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) : undefined;
}

/** What the page says of an executable. */
export function tallyOf(page: Page, executable: string): Tally {
  const match = { process_executable_name: executable };
  const open: Record<string, number> = {};
  for (const { labels, value } of page.select('connwatch_tcp_connections', match)) {
    open[`${labels['role']} ${labels['network_connection_state']}`] = value;
  }
  return tally({ ...countsOf(page, match), open });
}

/** What its processes say that they have made. */
export function tallyMade(truths: readonly Truth[]): Tally {
  const sum = (pick: (truth: Truth) => number) => truths.reduce((all, truth) => all + pick(truth), 0);
  const failures: Record<string, number> = {};
  for (const truth of truths) {
    for (const [type, count] of Object.entries(truth.failures)) failures[type] = (failures[type] ?? 0) + count;
  }
  return tally({
    attempts: sum(({ attempts }) => attempts),
    successes: sum(({ successes }) => successes),
    failures,
    pending: sum(({ pending }) => pending),
    accepts: sum(({ accepts }) => accepts),
  });
}
