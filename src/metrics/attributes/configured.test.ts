import { DataPointType, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { FAMILIES, FAMILY_NAMES, type KeptAttributes } from '../../words/families.ts';
import { Bench, processInfo, type Window } from '../fixtures.ts';

const curl = processInfo(10, 'curl');
const wget = processInfo(11, 'wget');
const nginx = processInfo(20, 'nginx');

/** Two windows with something for each metric, by two clients, four peers and two listeners. */
function fill(bench: Bench): Bench {
  const { keys } = bench;
  const clients = [keys.client(1, curl, '10.0.0.1', 443), keys.client(2, curl, '10.0.0.2', 443), keys.client(3, wget, '10.0.0.1', 80), keys.client(4, wget, '10.0.0.3', 80)];
  const servers = [keys.server(5, nginx, 80), keys.server(6, nginx, 443)];
  const moved = { close: 1, life: [1], rtt: [0.01, 0.2], bytesSent: 9, bytesReceived: 1, resetsIn: 1, resetsOut: 2, synRetransmits: 1, dataRetransmits: 3 };
  const window: Window = {
    rows: [
      ...clients.map((key, i) => [key, { ...moved, success: i + 1, refused: 2, timeout: 1, cancelled: 1, handshake: Array.from({ length: i + 1 }, () => 0.001 * 10 ** i) }] as [number, object]),
      ...servers.map((key, i) => [key, { ...moved, accept: 5 + i }] as [number, object]),
    ],
    live: [[clients[0]!, 'syn_sent', 2], [clients[1]!, 'established', 3], [servers[0]!, 'established', 4], [servers[1]!, 'listen', 1]],
    listeners: servers.map((key) => [key, { sockets: 1, queue: 1, limit: 4, overflows: 2, drops: 3, synackRetransmits: 1 }]),
  };
  bench.window(window);
  bench.window(window);
  return bench;
}

/** What a metric is in sum: of histograms each bucket, the count and the sum. */
function total({ dataPointType, dataPoints }: MetricData): unknown {
  const values = dataPoints.map(({ value }) => value);
  if (dataPointType !== DataPointType.HISTOGRAM) return (values as number[]).reduce((sum, value) => sum + value, 0);
  const histograms = values as Histogram[];
  return {
    count: histograms.reduce((sum, { count }) => sum + count, 0),
    sum: histograms.reduce((sum, { sum: more }) => sum + more!, 0).toFixed(9),
    buckets: histograms[0]!.buckets.counts.map((_, i) => histograms.reduce((sum, { buckets }) => sum + buckets.counts[i]!, 0)),
  };
}

const totals = async (bench: Bench) =>
  Object.fromEntries((await bench.data()).filter(({ descriptor }) => !descriptor.name.includes('duration.p')).map((data) => [data.descriptor.name, total(data)]));

describe('attributes', () => {
  it.each<[string, KeptAttributes]>([
    ['no attribute at all', Object.fromEntries(FAMILY_NAMES.map((family) => [family, []]))],
    ['the program alone', Object.fromEntries(FAMILY_NAMES.filter((family) => family !== 'tcp.connects_by_pid').map((family) => [family, ['process.executable.name']]))],
    ['everything but the program', Object.fromEntries(FAMILY_NAMES.map((family) => [family, FAMILIES[family].filter((name) => name !== 'process.executable.name')]))],
    ['another one in each metric', Object.fromEntries(FAMILY_NAMES.map((family, i) => [family, FAMILIES[family].filter((_, at) => at !== i % FAMILIES[family].length)]))],
  ])('of %s: sums are the same, and no series is there twice', async (_, attributes) => {
    const bench = fill(new Bench({ attributes }));
    expect(await totals(bench)).toEqual(await totals(fill(new Bench())));
    for (const { descriptor, dataPoints } of await bench.data()) {
      const series = dataPoints.map(({ attributes: of }) => JSON.stringify(Object.entries(of).sort()));
      expect(new Set(series).size, descriptor.name).toBe(series.length);
      const kept = attributes[descriptor.name as keyof KeptAttributes];
      for (const { attributes: of } of dataPoints) if (kept !== undefined) for (const name of Object.keys(of)) expect(kept, descriptor.name).toContain(name);
    }
    expect(bench.errors).toEqual([]);
  });

  it('are left out of one metric alone', async () => {
    const bench = fill(new Bench({ attributes: { 'connwatch.tcp.connect.attempts': ['server.port'], 'connwatch.tcp.io': ['role', 'network.io.direction'], 'connwatch.tcp.connect.failures': ['process.executable.name', 'server.address', 'server.port'] } }));
    expect(await bench.lines('connwatch.tcp.connect.attempts')).toEqual({ 443: 24, 80: 30 });
    expect(await bench.lines('connwatch.tcp.io')).toEqual({ 'client transmit': 72, 'client receive': 8, 'server transmit': 36, 'server receive': 4 });
    expect((await bench.lines('connwatch.tcp.connect.failures'))['curl 10.0.0.1 443']).toBe(8);
    expect((await bench.lines('connwatch.tcp.connect.successes'))['curl 10.0.0.2 443']).toBe(4);
  });

  it('merge histograms and take the quantiles of all together', async () => {
    const bench = fill(new Bench({ attributes: { 'connwatch.tcp.connect.duration': ['process.executable.name'], 'connwatch.window.connect.duration.p50': [] } }));
    expect(await bench.lines('connwatch.tcp.connect.duration')).toEqual({ curl: 6, wget: 14 });
    // Of 10 handshakes in the window 1 took 1 ms, 2 took 10 ms, 3 took 100 ms, 4 took 1 s.
    expect(await bench.lines('connwatch.window.connect.duration.p50')).toEqual({ '': 0.05 + 0.05 * (2 / 3) });
    expect(Object.keys(await bench.lines('connwatch.window.connect.duration.p95'))).toHaveLength(4);
  });

  it('add the address of peers to round trips, and then their port', async () => {
    const bench = fill(new Bench({ attributes: { 'connwatch.tcp.rtt': ['role', 'server.address', 'server.port'], 'connwatch.tcp.connection.duration': ['role', 'server.port'] } }));
    expect(Object.keys(await bench.lines('connwatch.tcp.rtt')).sort()).toEqual(['client 10.0.0.1 443', 'client 10.0.0.1 80', 'client 10.0.0.2 443', 'client 10.0.0.3 80', 'server 443', 'server 80']);
    expect(Object.keys(await bench.lines('connwatch.tcp.connection.duration')).sort()).toEqual(['client', 'server 443', 'server 80']);
  });

  it('without a metric: it is nowhere, and the others are as before', async () => {
    const off = ['tcp.connects_by_pid', 'connwatch.tcp.connect.attempts', 'connwatch.window.accepts', 'connwatch.tcp.io', 'connwatch.tcp.connections', 'connwatch.tcp.listen.overflows'] as const;
    const bench = fill(new Bench({ attributes: Object.fromEntries(off.map((family) => [family, 'off'])) }));
    const all = Object.entries(await totals(fill(new Bench())));
    expect(await totals(bench)).toEqual(Object.fromEntries(all.filter(([family]) => !(off as readonly string[]).includes(family))));
    expect(bench.collector.sizes().map(({ family }) => family)).toEqual(FAMILY_NAMES.filter((family) => !(off as readonly string[]).includes(family)));
    // The table of attempts decides for the others still: its refusals are told under the first of them.
    expect(bench.collector.sizes().find(({ family }) => family === 'connwatch.tcp.connect.successes')).toMatchObject({ refused: 0 });
  });

  it('without the pid: processes with one name are added up, and go one by one', async () => {
    const bench = new Bench({ attributes: { 'tcp.connects_by_pid': ['comm'] } });
    const [one, two] = [processInfo(10, 'curl'), processInfo(11, 'curl')];
    bench.keys.client(1, one);
    bench.keys.client(2, two);
    bench.window({ rows: [[1, { success: 3 }], [2, { success: 4 }]], exited: [one.owner] });
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({ curl: 7 });
    await bench.lines('tcp.connects_by_pid', 'push');
    bench.windows(3);
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({ curl: 4 });
    bench.window({ exited: [two.owner] });
    await bench.data('push');
    await bench.data('pull');
    bench.windows(3);
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({});
  });

  it('let more than one peer share a place of the budget', async () => {
    const bench = new Bench({ seriesLimit: 4, attributes: { 'connwatch.tcp.connect.attempts': ['process.executable.name'] } });
    for (let i = 0; i < 50; i++) bench.keys.client(i + 1, curl, `10.0.0.${i}`);
    bench.window({ rows: Array.from({ length: 50 }, (_, i) => [i + 1, { success: 1 }]) });
    expect(await bench.lines('connwatch.tcp.connect.attempts')).toEqual({ curl: 50 });
    expect((await bench.lines('connwatch.tcp.connect.successes'))['true']).toBeGreaterThan(40);
    expect(await bench.sum('connwatch.tcp.connect.successes')).toBe(50);
  });

  it('that do not exist are refused', () => {
    expect(() => new Bench({ attributes: { 'tcp.nothing': [] } as KeptAttributes })).toThrow('there is no metric tcp.nothing');
    expect(() => new Bench({ attributes: { 'connwatch.tcp.io': ['pid'] } })).toThrow('connwatch.tcp.io has no attribute pid');
  });
});
