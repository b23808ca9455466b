import type { Attributes } from '@opentelemetry/api';
import { identify } from '../../identity/index.ts';
import { quantileOf } from '../../internal/quantile.ts';
import { HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';
import { textOf } from '../model/attribute.ts';
import type { RecentMessage, RecentRow, Resets } from '../recent/recent.ts';
import type { SocketInfo, SocketsMessage } from '../sockets/sockets.ts';

export interface Asked {
  /** Of the peer; undefined: any. */
  readonly addresses: readonly string[] | undefined;
  readonly port: number | undefined;
  /** Only this process, and the workload that it is of. */
  readonly pid: number | undefined;
  /** The process in /proc, for one without sockets. */
  readonly process: AskedProcess | undefined;
}

export interface AskedProcess {
  readonly executable: string;
  /** Base names of its arguments: `process.command` is one of them. */
  readonly words: readonly string[];
}

/** What one workload did with one peer. Times are Unix milliseconds. */
export interface Story {
  readonly workload: Attributes;
  readonly address: string;
  readonly port: number;
  readonly netns: number;
  readonly attempts: number;
  readonly succeeded: number;
  /** Most frequent first. */
  readonly failures: readonly { readonly outcome: Outcome; readonly count: number; readonly last: number }[];
  readonly lastSuccess: number | undefined;
  readonly retransmits: number;
  readonly resets: Resets;
  /** Seconds. */
  readonly handshake: { readonly p50: number; readonly p99: number } | undefined;
  /** Wait for an answer now. `longest`: seconds. */
  readonly pending: { readonly count: number; readonly longest: number; readonly pids: readonly number[] };
  readonly open: number;
}

export interface Answer {
  readonly since: number;
  readonly until: number;
  /** Those with failures or waiting connects first. */
  readonly stories: readonly Story[];
  /** Who listens on the port on this machine, if there is one in the question. */
  readonly listeners: readonly SocketInfo[] | undefined;
  readonly unnamed: number;
}

/** Joins what was, by workload and peer, with what is open now. */
export function answer(asked: Asked, recent: RecentMessage, { sockets }: SocketsMessage): Answer {
  const own = asked.pid === undefined ? undefined : sockets.filter(({ pid }) => pid === asked.pid);
  const workloads = own && new Set(own.map(({ workload }) => identify(workload)));
  const isAsked = (row: Pick<RecentRow, 'workload' | 'address' | 'port'>): boolean =>
    (asked.addresses === undefined || asked.addresses.includes(row.address)) &&
    (asked.port === undefined || row.port === asked.port) &&
    (workloads === undefined || workloads.has(identify(row.workload)) || (workloads.size === 0 && isOf(asked.process, row.workload)));
  const stories = new Map<string, Story>();
  for (const row of withNamespaces(recent.rows.filter(isAsked), sockets)) stories.set(idOf(row), fromRow(row));
  for (const socket of sockets) {
    const { role, address, port, netns = 0, workload } = socket;
    if (role !== 'client' || address === undefined || port === undefined) continue;
    const place = { workload, netns, address, port };
    if (!isAsked(place)) continue;
    const id = idOf(place);
    stories.set(id, withSocket(stories.get(id) ?? quiet(place), socket));
  }
  const listeners = asked.port === undefined ? undefined : sockets.filter(({ state, localPort }) => state === 'listen' && localPort === asked.port);
  return { since: recent.since, until: recent.until, stories: [...stories.values()].sort(byTrouble), listeners, unnamed: recent.unnamed };
}

/**
 * What ended before its namespace was known (0) is of the same pair elsewhere, if that is in one place only: of the processes that ended, and of
 * those that run.
 */
function withNamespaces(rows: readonly RecentRow[], sockets: readonly SocketInfo[]): RecentRow[] {
  const places = new Map<string, Set<number>>();
  for (const { workload, address, port, netns = 0 } of [...rows, ...sockets.filter(({ role }) => role === 'client')]) {
    if (netns === 0 || address === undefined || port === undefined) continue;
    const id = idOf({ workload, address, port, netns: 0 });
    places.set(id, (places.get(id) ?? new Set()).add(netns));
  }
  const joined = new Map<string, RecentRow>();
  for (const row of rows) {
    const [only, ...others] = row.netns === 0 ? (places.get(idOf(row)) ?? []) : [row.netns];
    const placed = { ...row, netns: others.length === 0 ? (only ?? 0) : 0 };
    const before = joined.get(idOf(placed));
    joined.set(idOf(placed), before === undefined ? placed : sumOf(before, placed));
  }
  return [...joined.values()];
}

function sumOf(a: RecentRow, b: RecentRow): RecentRow {
  const sums = (x: readonly number[], y: readonly number[]) => x.map((value, at) => value + (y[at] ?? 0));
  return {
    ...a,
    connects: sums(a.connects, b.connects),
    last: a.last.map((at, outcome) => Math.max(at, b.last[outcome] ?? 0)),
    retransmits: a.retransmits + b.retransmits,
    resets: { peer: a.resets.peer + b.resets.peer, owner: a.resets.owner + b.resets.owner },
    handshakes: sums(a.handshakes, b.handshakes),
  };
}

function isOf(process: AskedProcess | undefined, workload: Attributes): boolean {
  if (process === undefined || textOf(workload, 'process.executable.name') !== process.executable) return false;
  const command = textOf(workload, 'process.command');
  return command === undefined || process.words.includes(command);
}

type Place = Pick<RecentRow, 'workload' | 'address' | 'port' | 'netns'>;

function idOf({ workload, netns, address, port }: Place): string {
  return `${identify(workload)} ${netns} ${address} ${port}`;
}

function quiet({ workload, address, port, netns }: Place): Story {
  return { workload, address, port, netns, attempts: 0, succeeded: 0, failures: [], lastSuccess: undefined, retransmits: 0, resets: { peer: 0, owner: 0 }, handshake: undefined, pending: { count: 0, longest: 0, pids: [] }, open: 0 };
}

function fromRow(row: RecentRow): Story {
  const succeeded = row.connects[0] ?? 0;
  const failures = OUTCOMES.map((outcome, at) => ({ outcome, count: row.connects[at] ?? 0, last: row.last[at] ?? 0 }))
    .filter(({ outcome, count }) => outcome !== 'success' && count > 0)
    .sort((a, b) => b.count - a.count);
  const quantile = (q: number) => quantileOf(q, HANDSHAKE_BOUNDS, row.handshakes);
  return {
    ...quiet(row),
    attempts: row.connects.reduce((sum, count) => sum + count, 0),
    succeeded,
    failures,
    lastSuccess: succeeded > 0 ? row.last[0] : undefined,
    retransmits: row.retransmits,
    resets: row.resets,
    handshake: row.handshakes.some((count) => count > 0) ? { p50: quantile(0.5), p99: quantile(0.99) } : undefined,
  };
}

function withSocket(story: Story, { state, age = 0, pid = 0 }: SocketInfo): Story {
  if (state !== 'syn_sent' && state !== 'syn_recv') return { ...story, open: story.open + 1 };
  const { count, longest, pids } = story.pending;
  return { ...story, pending: { count: count + 1, longest: Math.max(longest, age), pids: pids.includes(pid) ? pids : [...pids, pid] } };
}

function byTrouble(a: Story, b: Story): number {
  const failed = ({ failures }: Story) => failures.reduce((sum, { count }) => sum + count, 0);
  return failed(b) - failed(a) || b.resets.peer - a.resets.peer || b.pending.count - a.pending.count || b.attempts - a.attempts || b.open - a.open;
}
