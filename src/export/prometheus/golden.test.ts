import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import {
  type DrainStats,
  Keys,
  START,
  type Snapshot,
  type Window,
  printable,
  processInfo,
  snapshot,
  stats,
} from '../../metrics/fixtures.ts';
import { Drift, type SelfSources } from '../../metrics/index.ts';
import { type Metrics, createMetrics } from '../index.ts';

const FORMATS = [
  ['metrics.golden.txt', 'text/plain'],
  ['metrics.golden.openmetrics.txt', 'application/openmetrics-text;version=1.0.0'],
] as const;

const first: DrainStats = stats({
  lost: [
    { stage: 'kernel', reason: 'ring_full', total: 0, connects: Array.from({ length: 11 }, () => 0), accepts: 0 },
    { stage: 'drain', reason: 'decode', total: 0 },
  ],
  probes: [
    { name: 'on_state', mechanism: 'tp_btf', required: true, attached: true },
    { name: 'on_exec', mechanism: 'tp_btf', required: false, attached: false },
  ],
});

const self: SelfSources = {
  version: '1.2.3',
  commit: 'abcdef0',
  node: '24.0.0',
  libbpf: '1.1',
  startTime: START / 1000 - 0.25,
  cpuUsage: () => ({ user: 1_250_000, system: 70_000 }),
  memoryUsage: () => 61_234_176,
  ownProcess: () => ({ virtualMemory: 1_264_196_608, openFiles: 31, maxFiles: 524_288 }),
  eventLoopDelay: () => 0.0005,
  // The lag of the last read, not that at the end of the window.
  stats: () => ({ ...first, drainLag: 0.002 }),
  exportFailures: () => ({ otlp: 2 }),
  failureRecords: () => ({ written: 3, left_out: 1 }),
  nameRequests: () => undefined,
};

const bytes = (...parts: (string | number)[]): string =>
  printable(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part)))));

let metrics: Metrics | undefined;
let server: Server | undefined;
afterEach(async () => {
  server?.close();
  await metrics?.close();
});

/** The whole path from snapshots to a scrape over HTTP. Everything that varies is injected. */
async function agent() {
  const keys = new Keys();
  const snapshots = new Subject<Snapshot>();
  let time = 0;
  let opens = 0;
  const drift = new Drift({ netns: 1, inode: 1, isHost: () => true, read: () => ({ ActiveOpens: opens, PassiveOpens: 3, AttemptFails: 9, EstabResets: 2, CurrEstab: 1, EmbryonicRsts: 4, ListenOverflows: 0, ListenDrops: 0 }) });
  metrics = createMetrics({
    snapshots,
    keys,
    drift,
    self,
    clock: () => START,
    hostName: 'node-1',
    resourceFromEnvironment: false,
    seriesLimit: 8,
    elapsed: () => (time += 2),
  });
  metrics.collector.start();
  server = createServer(metrics.routes['/metrics']).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const scrape = async (accept = '*/*'): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })).text();
  const next = (each: Snapshot, totals: number): void => {
    opens = totals;
    drift.before();
    snapshots.next(each);
  };
  return { keys, next, scrape };
}

// The resource contains the SDK's own version, which changes with the SDK, so it is removed.
const stable = (page: string): string => page.replace(/telemetry_sdk_version="[^"]*"/, 'telemetry_sdk_version="-"');

it.each(FORMATS)('the scrape of a fixed input is the golden file %s (UPDATE=1 writes it)', { timeout: 60_000 }, async (name, accept) => {
  const { keys, next, scrape } = await agent();
  const curl = processInfo(101, 'curl');
  const hostile = bytes('a"b\\c\nd', 0xff, '\x1b[31m');
  const literal = bytes('a"b\\c\nd\\xff\x1b[31m');
  const pool = processInfo(102, hostile, { comm: bytes('pool-', 0xfe, '"'), cgroup: 78n });
  const container = { cgroupPath: '/system.slice/docker-4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970.scope' };
  const rows: NonNullable<Window['rows']> = [
    [keys.client(1, curl), { success: 5, refused: 1, handshake: [0.00003, 0.0002, 0.0002, 0.04, 3.05], rtt: [0.0001, 0.02], bytesSent: 1234, bytesReceived: 5_000_000_000 }],
    [keys.client(2, curl, '2001:db8::1', 80), { unanswered: 2, cancelled: 1, synRetransmits: 5 }],
    [keys.client(3, pool, '127.0.0.1', 5432, { cgroupPath: `/lxc/${hostile}` }), { success: 1 }],
    [keys.client(4, processInfo(103, literal, { comm: '', cgroup: 79n }), '127.0.0.1', 5432), { timeout: 1 }],
    [keys.client(5, undefined, '10.0.0.9', 1, { cgroup: '81', cgroupPath: '/mine' }), { success: 1 }],
    [keys.server(6, processInfo(104, 'nginx', { cgroup: 80n }), 443, container), { accept: 7, close: 6, life: [0.0005, 1, 90, 4000, 86_400, 700_000], rtt: [0.5], bytesSent: 99, resetsIn: 1, resetsOut: 2, dataRetransmits: 3 }],
    [keys.client(7, processInfo(0, '[kernel]', { comm: '[kernel]' }), '10.0.0.2', 2049), { success: 1 }],
  ];
  next(snapshot({}, 0), 0);
  const live: NonNullable<Window['live']> = [
    [1, 'syn_sent', 1],
    [1, 'established', 4],
    [6, 'close_wait', 1],
  ];
  const listeners: NonNullable<Window['listeners']> = [
    [6, { sockets: 1, queue: 512, limit: 511, overflows: 4, synackRetransmits: 1 }],
    [keys.server(8, processInfo(104, 'nginx', { cgroup: 80n }), 80, container), { sockets: 2, limit: 1022 }],
  ];
  const counted = snapshot({ rows, live, listeners }, 1, keys);
  const seen = { connect: 13, accept: 7, close: 6, process: 5, exit: 0, flow: 4, listen: 3, cgroup: 2, netns: 1 };
  const lost = first.lost.map((loss) =>
    loss.reason === 'ring_full' ? { ...loss, total: 3, connects: [2, ...Array.from({ length: 10 }, () => 0)], accepts: 1 } : loss,
  );
  const told = { ...first, seen, lost, ringUsed: 4096, drainLag: 0.001, scanAge: 0.25 };
  next({ ...counted, cut: { ...counted.cut, stats: told } }, 16);
  await scrape();
  const page = stable(await scrape(accept));
  const file = new URL(`./testdata/${name}`, import.meta.url);
  if (process.env['UPDATE'] === '1') writeFileSync(file, page);
  expect(page).toBe(readFileSync(file, 'utf8'));
});

it('has every bounded series before the first window, at 0', async () => {
  const { scrape } = await agent();
  const page = await scrape();
  for (const line of [
    'connwatch_events_total{kind="connect"} 0',
    'connwatch_events_lost_total{stage="kernel",reason="ring_full"} 0',
    'connwatch_series_refused_total{family="connwatch.tcp.connect.attempts"} 0',
    'connwatch_events_filtered_total{kind="connect"} 0',
    'connwatch_probe_attached{probe="on_state",mechanism="tp_btf",required="true"} 1',
    'connwatch_series{family="connwatch.tcp.connect.attempts"} 0',
  ]) {
    expect(page.split('\n')).toContain(line);
  }
});

it('closes twice, and says so to who scrapes after', async () => {
  const { scrape } = await agent();
  await metrics!.close();
  await metrics!.close();
  expect(await scrape()).toBe('The metrics could not be collected. See the log.\n');
});
