import { expect, it } from 'vitest';
import type { Edge, Frame } from '../feed/frame.ts';
import { bytes, peerName, percent, seconds, short, workloadName } from './format.ts';
import { handshakesOf, ratesOf, remember, REMEMBERED } from './history.ts';
import { filtered, rowsOf, sorted } from './model.ts';
import { hashOf, routeOf } from './route.ts';

const EDGE: Edge = { from: 0, address: '10.0.0.1', port: '80', attempts: 0, successes: 0, failures: {}, pending: 0, open: 0, sent: 0, received: 0, retransmits: 0, resets: 0, now: { success: 0, failure: 0, cancelled: 0 }, p50: undefined, p99: undefined };

function frame(edges: readonly Partial<Edge>[], more: { time?: number; startTime?: number; handshakes?: number[] } = {}): Frame {
  const { time = 0, startTime = 1, handshakes = [] } = more;
  const names = ['curl', 'nginx'];
  const workloads = names.map((name) => ({ key: name, labels: { 'process.executable.name': name }, handshakes, attempts: 0 }));
  return { time, window: 2000, edges: edges.map((edge) => ({ ...EDGE, ...edge })), workloads, agent: { startTime, cpu: time } } as unknown as Frame;
}

it('makes rates and trouble of what ended in the window', () => {
  const of = (edge: Partial<Edge>) => rowsOf(frame([edge])).map(({ rate, trouble }) => [rate, trouble])[0];
  expect(of({ now: { success: 6, failure: 2, cancelled: 4 } })).toEqual([6, 0.25]);
  expect(of({ now: { success: 0, failure: 0, cancelled: 4 } })).toEqual([2, 0]);
  expect(of({ pending: 1 })).toEqual([0, 1]);
  expect(of({ pending: 1, now: { success: 1, failure: 0, cancelled: 0 } })).toEqual([0.5, 0]);
});

it('makes rates of what has no series of its own from the growth of its counters', () => {
  const labels = { 'otel.metric.overflow': 'true' };
  const of = (edge: Partial<Edge>) => ({ ...frame([edge]), workloads: [{ key: 'o', labels }] }) as unknown as Frame;
  const before = of({ successes: 5, failures: { '': 7 } });
  const now = of({ successes: 7, failures: { '': 13 } });
  const told = ([row]: ReturnType<typeof rowsOf>) => [row!.rate, row!.trouble];
  expect(told(rowsOf(now, before))).toEqual([4, 0.75]);
  expect(told(rowsOf(now))).toEqual([0, 0]);
});

it('sorts by a column, and by nothing that changes where two are equal', () => {
  const rows = rowsOf(frame([{ address: 'b', attempts: 2 }, { address: 'c', attempts: 10 }, { address: 'a', attempts: 2, from: 1 }]));
  const addresses = (order: Parameters<typeof sorted>[1]) => sorted(rows, order).map(({ edge }) => edge.address).join('');
  expect(addresses({ column: 'attempts', descending: true })).toBe('cba');
  expect(addresses({ column: 'attempts', descending: false })).toBe('bac');
  expect(addresses({ column: 'peer', descending: false })).toBe('abc');
  expect(addresses({ column: 'workload', descending: true })).toBe('abc');
});

it('filters by words in program, peer and reason', () => {
  const rows = rowsOf(frame([{ failures: { refused: 2, timeout: 7 } }, { address: '::1', from: 1 }]));
  const found = (text: string) => filtered(rows, text).map(({ workload }) => workload).join(' ');
  expect(found('')).toBe('curl nginx');
  expect(found('Refused')).toBe('curl');
  expect(found('refused nginx')).toBe('');
  expect(found('!refused')).toBe('nginx');
  expect(found('!')).toBe('curl nginx');
  expect(found('[::1]')).toBe('nginx');
  expect(rows[0]!.reasons).toEqual([['timeout', 7], ['refused', 2]]);
});

it('remembers so many windows of one run of the agent', () => {
  let history: Frame[] = [];
  for (let time = 1; time <= REMEMBERED + 5; time++) history = remember(history, frame([], { time }));
  expect([history.length, history[0]!.time]).toEqual([REMEMBERED, 6]);
  // The first frame of a stream is the last one of the stream before.
  expect(remember(history, frame([], { time: REMEMBERED + 5 })).length).toBe(REMEMBERED);
  expect(remember(history, frame([], { time: 500, startTime: 2 })).length).toBe(1);
});

it('makes rates of what only grows, and columns of buckets', () => {
  const history = [frame([], { time: 1000, handshakes: [1, 1] }), frame([], { time: 3000, handshakes: [1, 5] }), frame([], { time: 4000, handshakes: [2, 5] })];
  expect(ratesOf(history, ({ agent }) => agent.cpu)).toEqual({ times: [3, 4], rates: [1000, 1000] });
  expect(handshakesOf(history, 'curl')).toEqual([[0, 4], [1, 0]]);
  expect(handshakesOf(history, 'unknown')).toEqual([[], []]);
});

it.each([
  [short(0), '0'], [short(0.01234), '0.0123'], [short(9999), '9999'], [short(12_345), '12.3k'], [short(2.5e6), '2.5M'], [short(3e9), '3G'],
  [seconds(undefined), '–'], [seconds(0.0000495), '49.5 µs'], [seconds(0.0025), '2.5 ms'], [seconds(1.0999), '1.1 s'], [seconds(180), '3 min'], [seconds(7200), '2 h'], [seconds(172_800), '2 d'],
  [bytes(0), '0 B'], [bytes(1023), '1023 B'], [bytes(1536), '1.5 KiB'], [bytes(5 * 2 ** 30), '5 GiB'],
  [percent(0.333333), '33.3 %'],
  [peerName('::1', '80'), '[::1]:80'], [peerName('db', ''), 'db'], [peerName('', ''), 'all peers'],
  [workloadName({ 'process.executable.name': 'python3.11', 'process.command': 'app.py', 'systemd.unit.name': 'app.service' }), 'app.py (app.service)'],
  [workloadName({ 'process.executable.name': 'nginx', 'workload.container.id': 'abcdef0123456789' }), 'nginx (abcdef012345)'],
  [workloadName({ 'process.executable.name': 'nginx', 'k8s.namespace.name': 'shop', 'k8s.deployment.name': 'web', 'k8s.container.name': 'proxy' }), 'nginx (shop/web/proxy)'],
  [workloadName({ 'process.executable.name': 'app', 'k8s.namespace.name': 'shop', 'k8s.owner.kind': 'Rollout', 'k8s.owner.name': 'web', 'k8s.container.name': 'web' }), 'app (shop/web)'],
  [workloadName({ 'otel.metric.overflow': 'true' }), 'without a series of its own'],
])('writes %s', (text, expected) => {
  expect(text).toBe(expected);
});

it('finds the page of a hash', () => {
  expect(routeOf(hashOf('[["a","b/c %"]]'))).toEqual({ page: 'workload', key: '[["a","b/c %"]]' });
  expect(routeOf('#/workload/%')).toEqual({ page: 'workload', key: '%' });
  expect(['', '#/', '#/map', '#/nothing', '#/table', '#/agent'].map((hash) => routeOf(hash).page)).toEqual(['map', 'map', 'map', 'map', 'table', 'agent']);
});
