import type { Attributes } from '@opentelemetry/api';
import { OVERFLOW } from '../metrics/index.ts';
import type { Edge } from './frame.ts';
import { type Points, textOf } from './points.ts';
import { count, type Mutable, whoOf } from './workloads.ts';

const OVERFLOW_KEY = whoOf({ [OVERFLOW]: 'true' }).key;

export interface EdgeSums extends Omit<Mutable<Edge>, 'from' | 'failures' | 'now'> {
  /** Key of the workload. */
  readonly who: string;
  readonly failures: Record<string, number>;
  readonly now: Mutable<Edge['now']>;
}

/** Sums of each pair of a workload and a peer. Connections that a workload accepted have no peer and are not in them. */
export function edgeSums(points: Points): EdgeSums[] {
  const sums = new Map<string, EdgeSums>();
  const of = (attributes: Attributes): EdgeSums => {
    const who = whoOf(attributes).key;
    const [address, port] = [textOf(attributes, 'server.address'), textOf(attributes, 'server.port')];
    const key = `${who} ${JSON.stringify(address)} ${port}`;
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, (sum = emptySums(who, address, port)));
    return sum;
  };
  const each = (name: string, add: (sum: EdgeSums, value: number, attributes: Attributes) => void) => {
    for (const { attributes, value } of points.numbers(`connwatch.${name}`))
      if (textOf(attributes, 'role') !== 'server') add(of(attributes), value, attributes);
  };
  each('tcp.connect.attempts', (sum, value) => (sum.attempts += value));
  each('tcp.connect.successes', (sum, value) => (sum.successes += value));
  each('tcp.connect.failures', (sum, value, attributes) => count(sum.failures, textOf(attributes, 'error.type'), value));
  each('tcp.connect.pending', (sum, value) => (sum.pending += value));
  each('tcp.connections', (sum, value, attributes) => (textOf(attributes, 'network.connection.state') === 'syn_sent' ? 0 : (sum.open += value)));
  each('tcp.io', (sum, value, attributes) => (textOf(attributes, 'network.io.direction') === 'transmit' ? (sum.sent += value) : (sum.received += value)));
  each('tcp.retransmits', (sum, value) => (sum.retransmits += value));
  each('tcp.resets', (sum, value) => (sum.resets += value));
  // The overflow series has no outcome: the page takes the differences of its counters.
  each('window.connects', (sum, value, attributes) => isOutcome(textOf(attributes, 'outcome'), sum.now) && (sum.now[textOf(attributes, 'outcome') as keyof Edge['now']] += value));
  each('window.connect.duration.p50', (sum, value) => (sum.p50 = value));
  each('window.connect.duration.p99', (sum, value) => (sum.p99 = value));
  return [...sums.values()];
}

const isOutcome = (name: string, now: Edge['now']): boolean => Object.hasOwn(now, name);

/** Those that matter most first: the overflow series, what fails or waits now, then what is busy, then what was. */
export function byInterest(a: EdgeSums, b: EdgeSums): number {
  return Number(isOverflow(b)) - Number(isOverflow(a)) || trouble(b) - trouble(a) || ended(b) - ended(a) || b.open - a.open || b.attempts - a.attempts;
}

const isOverflow = ({ who }: EdgeSums): boolean => who === OVERFLOW_KEY;
export const trouble = ({ now, pending }: EdgeSums) => now.failure + pending;
const ended = ({ now }: EdgeSums) => now.success + now.failure + now.cancelled;

function emptySums(who: string, address: string, port: string): EdgeSums {
  const none = { attempts: 0, successes: 0, pending: 0, open: 0, sent: 0, received: 0, retransmits: 0, resets: 0 };
  return { who, address, port, ...none, failures: {}, now: { success: 0, failure: 0, cancelled: 0 }, p50: undefined, p99: undefined };
}
