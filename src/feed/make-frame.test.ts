import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { MOST_EDGES, MOST_WORKLOADS, makeFrame } from './make-frame.ts';

type Point = readonly [attributes: Record<string, string>, value: unknown];

const metric = (name: string, points: readonly Point[]) =>
  ({ descriptor: { name }, dataPointType: DataPointType.GAUGE, dataPoints: points.map(([attributes, value]) => ({ attributes, value })) }) as unknown as MetricData;

const SELF = { version: '1', commit: 'c', node: '24', libbpf: '1.1', startTime: 5, cpuUsage: () => ({ user: 1e6, system: 5e5 }), memoryUsage: () => 7, stats: () => undefined };

const frameOf = (...metrics: MetricData[]) => makeFrame({ metrics, window: { end: 10_000, length: 5000 }, interval: 5000, host: 'h', self: SELF, sizes: [] });

const who = { 'process.executable.name': 'api', 'systemd.unit.name': 'api.service' };
const peer = { 'server.address': '10.0.0.1', 'server.port': '5432' };

it('adds up what belongs to a program, and to a program and its peer', () => {
  const [histogram, other] = [[1, 2], [4, 0]].map((counts) => ({ buckets: { boundaries: [0.1], counts } }));
  const { workloads, edges, bounds } = frameOf(
    metric('connwatch.tcp.connect.attempts', [[{ ...who, ...peer }, 7], [{ ...who, ...peer, 'server.port': '80' }, 2]]),
    metric('connwatch.tcp.connect.successes', [[{ ...who, ...peer }, 3]]),
    metric('connwatch.tcp.connect.failures', [[{ ...who, ...peer, 'error.type': 'refused' }, 3], [{ ...who, ...peer, 'server.port': '80', 'error.type': 'refused' }, 2]]),
    metric('connwatch.tcp.connect.pending', [[{ ...who, ...peer }, 1]]),
    metric('connwatch.tcp.connect.duration', [[{ ...who, ...peer }, histogram], [{ ...who, ...peer, 'server.port': '80' }, other]]),
    metric('connwatch.window.connects', [[{ ...who, ...peer, outcome: 'failure' }, 2], [{ ...who, ...peer, outcome: 'success' }, 1]]),
    metric('connwatch.window.connect.duration.p99', [[{ ...who, ...peer }, 0.25]]),
    metric('connwatch.tcp.connections', [[{ ...who, ...peer, role: 'client', 'network.connection.state': 'close_wait' }, 4], [{ ...who, 'k8s.pod.name': 'api-7', role: 'server', 'server.port': '8080', 'network.connection.state': 'established' }, 9]]),
    metric('connwatch.tcp.io', [[{ ...who, ...peer, role: 'client', 'network.io.direction': 'transmit' }, 100], [{ ...who, role: 'server', 'server.port': '8080', 'network.io.direction': 'receive' }, 30]]),
    metric('connwatch.tcp.accepts', [[{ ...who, 'server.port': '8080' }, 11]]),
    metric('connwatch.tcp.listen.queue.length', [[{ ...who, 'server.port': '8080' }, 3]]),
    metric('connwatch.tcp.listen.queue.limit', [[{ ...who, 'server.port': '8080' }, 5]]),
    metric('connwatch.tcp.listen.overflows', [[{ ...who, 'server.port': '8080' }, 2]]),
  );
  expect(bounds).toEqual([0.1]);
  expect(workloads).toEqual([
    expect.objectContaining({
      labels: who,
      attempts: 9,
      successes: 3,
      failures: { refused: 5 },
      pending: 1,
      accepts: 11,
      open: { 'client close_wait': 4, 'server established': 9 },
      handshakes: [5, 2],
      sent: 100,
      received: 30,
      listeners: [{ port: '8080', accepts: 11, queue: 3, limit: 5, overflows: 2, drops: 0 }],
    }),
  ]);
  expect(edges).toEqual([
    expect.objectContaining({ from: 0, address: '10.0.0.1', port: '5432', attempts: 7, failures: { refused: 3 }, pending: 1, open: 4, sent: 100, now: { success: 1, failure: 2, cancelled: 0 }, p50: undefined, p99: 0.25 }),
    expect.objectContaining({ from: 0, port: '80', attempts: 2, failures: { refused: 2 }, now: { success: 0, failure: 0, cancelled: 0 } }),
  ]);
});

it('leaves out the dullest edges and says how many', () => {
  const at = (port: number) => ({ ...who, ...peer, 'server.port': `${port}` });
  const ports = Array.from({ length: MOST_EDGES + 23 }, (_, index) => index);
  const { edges, leftOut } = frameOf(
    metric('connwatch.tcp.connect.attempts', ports.map((port) => [at(port), 1])),
    metric('connwatch.window.connects', [[{ ...at(MOST_EDGES + 20), outcome: 'failure' }, 1], [{ ...at(MOST_EDGES + 21), outcome: 'success' }, 5]]),
  );
  expect([edges.length, leftOut]).toEqual([MOST_EDGES, { edges: 23, workloads: 0, failing: 0 }]);
  expect(edges.slice(0, 2).map(({ port }) => Number(port))).toEqual([MOST_EDGES + 20, MOST_EDGES + 21]);
});

it('says how many of those that it leaves out fail, and has what has no series of its own first', () => {
  const at = (port: number) => ({ ...who, ...peer, 'server.port': `${port}` });
  const ports = Array.from({ length: MOST_EDGES + 6 }, (_, index) => index);
  const overflow = { 'otel.metric.overflow': 'true' };
  const { edges, leftOut, workloads } = frameOf(
    metric('connwatch.tcp.connect.attempts', [...ports.map((port): Point => [at(port), 1]), [overflow, 9]]),
    metric('connwatch.window.connects', [...ports.map((port): Point => [{ ...at(port), outcome: 'failure' }, 1]), [overflow, 4]]),
  );
  expect(leftOut).toEqual({ edges: 7, workloads: 0, failing: 7 });
  expect([workloads[edges[0]!.from]!.labels, edges[0]!.attempts, edges[0]!.now]).toEqual([overflow, 9, { success: 0, failure: 0, cancelled: 0 }]);
});

it('has so many programs at most, those with edges first', () => {
  const named = (name: string) => ({ 'process.executable.name': name });
  const servers = Array.from({ length: MOST_WORKLOADS + 5 }, (_, index): Point => [{ ...named(`server-${index}`), 'server.port': '80' }, 1]);
  const { workloads, leftOut } = frameOf(metric('connwatch.tcp.accepts', servers), metric('connwatch.tcp.connect.attempts', [[{ ...named('client'), ...peer }, 1]]));
  expect([workloads.length, workloads[0]!.labels, leftOut]).toEqual([MOST_WORKLOADS, named('client'), { edges: 0, workloads: 6, failing: 0 }]);
});

it('works without metrics that are off', () => {
  expect(frameOf()).toMatchObject({ workloads: [], edges: [], bounds: [], agent: { cpu: 1.5, memory: 7, lost: [], drift: [] } });
});
