import type { Attributes } from '@opentelemetry/api';
import type { Listener, Workload } from './frame.ts';
import { type Points, textOf } from './points.ts';

/** Attributes that say what happened, not to whom; and those of a pod, which only some metrics have. */
const NOT_WHO = new Set([
  'k8s.pod.name',
  'k8s.pod.uid',
  'role',
  'server.address',
  'server.port',
  'client.address',
  'error.type',
  'network.connection.state',
  'network.io.direction',
  'type',
  'outcome',
]);

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Record<string, number>;

export interface WorkloadSums extends Omit<Mutable<Workload>, 'failures' | 'open' | 'handshakes' | 'retransmits' | 'resets' | 'listeners'> {
  readonly failures: Counts;
  readonly open: Counts;
  readonly handshakes: number[];
  readonly retransmits: Counts;
  readonly resets: Counts;
  readonly listeners: Map<string, Mutable<Listener>>;
}

/** Who a point belongs to, as a text and as attributes. */
export function whoOf(attributes: Attributes): { key: string; labels: Record<string, string> } {
  const names = Object.keys(attributes).filter((name) => !NOT_WHO.has(name));
  const entries = names.map((name) => [name, textOf(attributes, name)] as const);
  return { key: JSON.stringify(entries), labels: Object.fromEntries(entries) };
}

/** Sums of each workload, by its key. */
export function workloadSums(points: Points): Map<string, WorkloadSums> {
  const sums = new Map<string, WorkloadSums>();
  const of = (attributes: Attributes): WorkloadSums => {
    const { key, labels } = whoOf(attributes);
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, (sum = emptySums(key, labels)));
    return sum;
  };
  const each = (name: string, add: (sum: WorkloadSums, value: number, attributes: Attributes) => void) => {
    for (const { attributes, value } of points.numbers(`connwatch.tcp.${name}`)) add(of(attributes), value, attributes);
  };
  each('connect.attempts', (sum, value) => (sum.attempts += value));
  each('connect.successes', (sum, value) => (sum.successes += value));
  each('connect.failures', (sum, value, attributes) => count(sum.failures, textOf(attributes, 'error.type'), value));
  each('connect.pending', (sum, value) => (sum.pending += value));
  each('connections', (sum, value, attributes) => count(sum.open, `${textOf(attributes, 'role')} ${textOf(attributes, 'network.connection.state')}`, value));
  each('io', (sum, value, attributes) => (textOf(attributes, 'network.io.direction') === 'transmit' ? (sum.sent += value) : (sum.received += value)));
  each('retransmits', (sum, value, attributes) => count(sum.retransmits, textOf(attributes, 'type'), value));
  each('resets', (sum, value, attributes) => count(sum.resets, textOf(attributes, 'network.io.direction'), value));
  const listener = (sum: WorkloadSums, attributes: Attributes): Mutable<Listener> => {
    const port = textOf(attributes, 'server.port');
    let found = sum.listeners.get(port);
    if (found === undefined) sum.listeners.set(port, (found = { port, accepts: 0, queue: undefined, limit: undefined, overflows: 0, drops: 0 }));
    return found;
  };
  each('accepts', (sum, value, attributes) => {
    sum.accepts += value;
    listener(sum, attributes).accepts += value;
  });
  each('listen.queue.length', (sum, value, attributes) => void (listener(sum, attributes).queue = value));
  each('listen.queue.limit', (sum, value, attributes) => void (listener(sum, attributes).limit = value));
  each('listen.overflows', (sum, value, attributes) => void (listener(sum, attributes).overflows += value));
  each('listen.syn_drops', (sum, value, attributes) => void (listener(sum, attributes).drops += value));
  for (const { attributes, value } of points.histograms('connwatch.tcp.connect.duration')) {
    const { handshakes } = of(attributes);
    value.buckets.counts.forEach((number, index) => (handshakes[index] = (handshakes[index] ?? 0) + number));
  }
  return sums;
}

export function count(counts: Counts, name: string, value: number): void {
  if (value !== 0) counts[name] = (counts[name] ?? 0) + value;
}

function emptySums(key: string, labels: Record<string, string>): WorkloadSums {
  const none = { attempts: 0, successes: 0, pending: 0, accepts: 0, sent: 0, received: 0 };
  return { key, labels, ...none, failures: {}, open: {}, handshakes: [], retransmits: {}, resets: {}, listeners: new Map() };
}
