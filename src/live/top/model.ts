import type { Attributes } from '@opentelemetry/api';
import { HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';
import type { Role } from '../../words/role.ts';
import { quantileOf } from '../../internal/quantile.ts';
import { identify } from '../../identity/identify.ts';
import type { LiveRow, LiveWindow } from '../model/window.ts';
import { endpoint, placeName, processName } from '../text/names.ts';

export const GROUPINGS = ['workload and peer', 'workload', 'peer'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What rows are ordered by. */
export const SORTS = ['failures', 'attempts', 'pending', 'open', 'p99', 'bytes', 'retransmits'] as const;
export type Sort = (typeof SORTS)[number];

/** What a person sees in one line. Counts are of the last window. */
export interface TopRow {
  readonly id: string;
  /** Empty if rows are grouped by peer. */
  readonly workload: string;
  /** `198.51.100.9:5432`; of a server `:8080`; empty if rows are grouped by workload. */
  readonly peer: string;
  readonly role: Role;
  /** Connects that ended, or accepts. */
  readonly attempts: number;
  readonly failures: number;
  readonly reasons: readonly (readonly [Outcome, number])[];
  readonly pending: number;
  readonly open: number;
  /** Seconds; NaN: no success. */
  readonly p50: number;
  readonly p99: number;
  readonly sent: number;
  readonly received: number;
  readonly retransmits: number;
  /** Attempts of each window, the oldest first. */
  readonly history: readonly number[];
}

export interface TopOptions {
  readonly grouping: Grouping;
  readonly sort: Sort;
  readonly reverse: boolean;
  /** Shows only rows that contain it, in any case. */
  readonly filter: string;
}

interface Sum {
  row: LiveRow;
  outcomes: number[];
  accepts: number;
  pending: number;
  open: number;
  handshakes: number[];
  sent: number;
  received: number;
  retransmits: number;
  history: number[];
}

/** The rows of the last window, with what came before. */
export function topRows(windows: readonly LiveWindow[], { grouping, sort, reverse, filter }: TopOptions): TopRow[] {
  const sums = new Map<string, Sum>();
  windows.forEach((window, index) => {
    for (const row of window.rows) {
      const id = idOf(row, grouping);
      let sum = sums.get(id);
      if (sum === undefined) sums.set(id, (sum = newSum(row, windows.length)));
      sum.history[index]! += attemptsOf(row);
      if (index === windows.length - 1) add(sum, row);
    }
  });
  const wanted = filter.toLowerCase();
  const rows = [...sums].map(([id, sum]) => toRow(id, sum, grouping)).filter((row) => `${row.workload} ${row.peer}`.toLowerCase().includes(wanted));
  const direction = reverse ? -1 : 1;
  return rows.sort((a, b) => direction * (VALUE[sort](b) - VALUE[sort](a)) || b.attempts - a.attempts || b.open - a.open || (a.id < b.id ? -1 : 1));
}

const VALUE: Readonly<Record<Sort, (row: TopRow) => number>> = {
  failures: ({ failures }) => failures,
  attempts: ({ attempts }) => attempts,
  pending: ({ pending }) => pending,
  open: ({ open }) => open,
  p99: ({ p99 }) => (Number.isNaN(p99) ? -1 : p99),
  bytes: ({ sent, received }) => sent + received,
  retransmits: ({ retransmits }) => retransmits,
};

function idOf(row: LiveRow, grouping: Grouping): string {
  const workload = grouping === 'peer' ? '' : identify(row.workload);
  return `${row.role} ${grouping === 'workload' ? '' : peerOf(row)} ${workload}`;
}

function peerOf({ role, address, port }: LiveRow): string {
  if (role === 'server') return `:${port}`;
  return address === '' ? '[several]' : endpoint(address, port);
}

function nameOf(workload: Attributes): string {
  const place = placeName(workload);
  return `${processName(workload, 0)}${place === '' ? '' : ` (${place})`}`;
}

function attemptsOf({ role, connects, accepts }: LiveRow): number {
  return role === 'server' ? accepts : connects.reduce((sum, count) => sum + count, 0);
}

function newSum(row: LiveRow, windows: number): Sum {
  return {
    row,
    outcomes: OUTCOMES.map(() => 0),
    accepts: 0,
    pending: 0,
    open: 0,
    handshakes: new Array<number>(HANDSHAKE_BOUNDS.length + 1).fill(0),
    sent: 0,
    received: 0,
    retransmits: 0,
    history: new Array<number>(windows).fill(0),
  };
}

function add(sum: Sum, row: LiveRow): void {
  row.connects.forEach((count, outcome) => (sum.outcomes[outcome]! += count));
  row.handshakes.forEach((count, bucket) => (sum.handshakes[bucket]! += count));
  sum.accepts += row.accepts;
  sum.pending += row.pending;
  sum.open += Object.entries(row.open).reduce((total, [state, count]) => (state === 'listen' ? total : total + count), 0);
  sum.sent += row.sent;
  sum.received += row.received;
  sum.retransmits += row.retransmits.syn + row.retransmits.data;
}

function toRow(id: string, sum: Sum, grouping: Grouping): TopRow {
  const { row, outcomes, handshakes, pending, open, sent, received, retransmits, history } = sum;
  const reasons = OUTCOMES.map((outcome, index) => [outcome, outcomes[index]!] as const).filter(([outcome, count]) => outcome !== 'success' && count > 0);
  const failures = reasons.reduce((total, [, count]) => total + count, 0);
  return {
    id,
    workload: grouping === 'peer' ? '' : nameOf(row.workload),
    peer: grouping === 'workload' ? '' : peerOf(row),
    role: row.role,
    attempts: row.role === 'server' ? sum.accepts : outcomes[0]! + failures,
    failures,
    reasons: reasons.sort(([, a], [, b]) => b - a),
    pending,
    open,
    p50: quantileOf(0.5, HANDSHAKE_BOUNDS, handshakes),
    p99: quantileOf(0.99, HANDSHAKE_BOUNDS, handshakes),
    sent,
    received,
    retransmits,
    history,
  };
}
