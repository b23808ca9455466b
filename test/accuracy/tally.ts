import { countsOf } from '../harness/scrape/counts.ts';
import type { Match, Page } from '../harness/scrape/exposition.ts';
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
  /** Payload bytes: `transmit`, `receive`. Compared where a case names them, as all that follow. */
  readonly bytes?: Readonly<Record<string, number>>;
  /** Connections reset: `transmit` by itself, `receive` by its peer. */
  readonly resets?: Readonly<Record<string, number>>;
  /** SYNs that were sent again. */
  readonly resent?: number;
  /** Connections that wait in the queue of a listener. */
  readonly queued?: number;
  /** Handshakes that a full queue dropped. */
  readonly overflows?: number;
}

/** What only the page tells: the processes of a case don't know it. */
type Told = 'bytes' | 'resets' | 'resent' | 'queued' | 'overflows';
const TOLD: Readonly<Record<Told, (page: Page, match: Match) => number | Record<string, number>>> = {
  bytes: (page, match) => page.by('network_io_direction', 'connwatch_tcp_io_bytes_total', match),
  resets: (page, match) => page.by('network_io_direction', 'connwatch_tcp_resets_total', match),
  resent: (page, match) => page.sum('connwatch_tcp_retransmits_total', { ...match, type: 'syn' }),
  queued: (page, match) => page.sum('connwatch_tcp_listen_queue_length', match),
  overflows: (page, match) => page.sum('connwatch_tcp_listen_overflows_total', match),
};

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

/** Without what only the page tells. */
export function asMade(tallies: Tallies): Tallies {
  const made = ([role, of]: [string, Tally]) => [role, Object.fromEntries(Object.entries(of).filter(([name]) => !(name in TOLD)))];
  return Object.fromEntries(Object.entries(tallies).map((entry) => made(entry) as [string, Tally]));
}

/** What the page says of an executable, and what else `wanted` names. */
export function tallyOf(page: Page, executable: string, wanted: Tally): Tally {
  const match = { process_executable_name: executable };
  const open: Record<string, number> = {};
  for (const { labels, value } of page.select('connwatch_tcp_connections', match)) {
    const place = `${labels['role']} ${labels['network_connection_state']}`;
    open[place] = (open[place] ?? 0) + value;
  }
  const told = Object.entries(TOLD).filter(([name]) => name in wanted).map(([name, of]) => [name, of(page, match)] as const);
  return tally({ ...countsOf(page, match), open, ...Object.fromEntries(told) });
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
