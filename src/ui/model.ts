import type { Edge, Frame, Listener, Workload } from '../feed/frame.ts';
import { isOverflow, peerName, workloadName } from './format.ts';

/** An edge as the table and the map show it. */
export interface Row {
  /** The same in each frame. */
  readonly key: string;
  readonly workload: string;
  readonly workloadKey: string;
  readonly peer: string;
  readonly edge: Edge;
  readonly failures: number;
  /** Failed connects since the start, by reason, the most frequent first. */
  readonly reasons: readonly (readonly [string, number])[];
  /** Per second, in the last window. */
  readonly rate: number;
  /** Share of the connects that ended in the last window and failed, without cancelled ones; pending ones count if none ended. */
  readonly trouble: number;
  /** None ended in the last window, and some wait. */
  readonly waits: boolean;
}

/** @param before the frame before, for what has no series of its own: of that only counters are known */
export function rowsOf({ edges, workloads, window }: Frame, before?: Frame): Row[] {
  return edges.map((edge) => {
    const { key, labels } = workloads[edge.from]!;
    const { success, failure, cancelled } = isOverflow(labels) ? since(edge, overflowOf(before)) : edge.now;
    const reasons = Object.entries(edge.failures).sort(([, a], [, b]) => b - a);
    const ended = success + failure;
    return {
      key: `${key} ${edge.address} ${edge.port}`,
      workload: workloadName(labels),
      workloadKey: key,
      peer: peerName(edge.address, edge.port),
      edge,
      failures: sum(edge.failures),
      reasons,
      rate: (1000 * (ended + cancelled)) / Math.max(1, window),
      trouble: ended > 0 ? failure / ended : edge.pending > 0 ? 1 : 0,
      waits: ended === 0 && edge.pending > 0,
    };
  });
}

function overflowOf(frame: Frame | undefined): Edge | undefined {
  return frame?.edges.find(({ from }) => isOverflow(frame.workloads[from]!.labels));
}

/** What ended between two frames. Cancelled connects count as failed: the counter does not tell them apart. */
function since(now: Edge, before: Edge | undefined): Edge['now'] {
  if (before === undefined) return now.now;
  const grown = (of: (edge: Edge) => number) => Math.max(0, of(now) - of(before));
  return { success: grown(({ successes }) => successes), failure: grown(({ failures }) => sum(failures)), cancelled: 0 };
}

export const COLUMNS = {
  workload: { title: 'Program', of: (row: Row) => row.workload },
  peer: { title: 'Peer', of: (row: Row) => row.peer },
  rate: { title: 'Connects/s', of: (row: Row) => row.rate },
  attempts: { title: 'Attempts', of: (row: Row) => row.edge.attempts },
  failures: { title: 'Failures', of: (row: Row) => row.failures },
  reason: { title: 'Reasons', of: (row: Row) => row.reasons.map(([name, count]) => `${name} ${count}`).join(', ') },
  pending: { title: 'Pending', of: (row: Row) => row.edge.pending },
  open: { title: 'Open', of: (row: Row) => row.edge.open },
  p50: { title: 'Handshake p50', of: (row: Row) => row.edge.p50 ?? -1 },
  p99: { title: 'p99', of: (row: Row) => row.edge.p99 ?? -1 },
  sent: { title: 'Sent', of: (row: Row) => row.edge.sent },
  received: { title: 'Received', of: (row: Row) => row.edge.received },
  retransmits: { title: 'Retransmits', of: (row: Row) => row.edge.retransmits },
  resets: { title: 'Resets', of: (row: Row) => row.edge.resets },
} as const;

export type Column = keyof typeof COLUMNS;

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

export function sorted(rows: readonly Row[], { column, descending }: Order): Row[] {
  const { of } = COLUMNS[column];
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [of(a), of(b)];
    const order = typeof x === 'string' || typeof y === 'string' ? String(x).localeCompare(String(y)) : x - y;
    return sign * order || (a.key < b.key ? -1 : 1);
  });
}

/** Rows that contain each word: in program, peer or reasons. `!word` leaves rows out. */
export function filtered(rows: readonly Row[], text: string): Row[] {
  const matches = matcher(text);
  return rows.filter((row) => matches(`${row.workload} ${row.peer} ${row.reasons.map(([name]) => name).join(' ')}`));
}

/** Words that a text must have, and, after `!`, must not have. */
function matcher(text: string): (all: string) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word.replace('!', '') !== '');
  return (all) => words.every((word) => (word.startsWith('!') ? !all.toLowerCase().includes(word.slice(1)) : all.toLowerCase().includes(word)));
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

export function workloadOf(frame: Frame, key: string): Workload | undefined {
  return frame.workloads.find((workload) => workload.key === key);
}

/** Every port that a program listens on or has accepted on, those with drops or a queue first. @param text as `filtered` */
export function listeningOf({ workloads }: Pick<Frame, 'workloads'>, text: string) {
  const matches = matcher(text);
  const trouble = ({ overflows, drops, queue = 0 }: Listener): number => overflows + drops + queue;
  return workloads
    .flatMap(({ key, labels, listeners }) => listeners.map((listener) => ({ program: { key, name: workloadName(labels) }, listener })))
    .filter(({ program, listener }) => matches(`${program.name} :${listener.port}`))
    .sort((a, b) => trouble(b.listener) - trouble(a.listener) || b.listener.accepts - a.listener.accepts);
}
