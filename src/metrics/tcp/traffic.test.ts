import { describe, expect, it } from 'vitest';
import { FOLDED } from '../../identity/index.ts';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../../stream/histograms.ts';
import { Bench, START, processInfo } from '../fixtures.ts';

const curl = processInfo(10, 'curl');
const nginx = processInfo(20, 'nginx');
const folded = processInfo(0, FOLDED);

/** Bucket bound to count, of the buckets that hold any; those above all bounds as Infinity. */
async function bucketsOf(bench: Bench, name: string): Promise<Record<string, Record<string, number>>> {
  const found = Object.entries(await bench.histograms(name)).map(([series, { buckets }]) => {
    const filled = buckets.counts.flatMap((count, index) => (count === 0 ? [] : [[String(buckets.boundaries[index] ?? Infinity), count] as const]));
    return [series, Object.fromEntries(filled)] as const;
  });
  return Object.fromEntries(found);
}

describe('histograms', () => {
  it('have the handshakes of each peer in their buckets, and go on', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, processInfo(11, 'curl'));
    bench.keys.client(3, curl, '10.0.0.2');
    bench.window({ rows: [[1, { success: 2, handshake: [0.0004, 3] }], [3, { success: 1, handshake: [200] }]] });
    bench.window({ rows: [[2, { success: 1, handshake: [0.0005] }]] });
    const name = 'connwatch.tcp.connect.duration';
    expect(await bucketsOf(bench, name)).toEqual({ 'curl 10.0.0.1 443': { 0.0005: 2, 3.1: 1 }, 'curl 10.0.0.2 443': { Infinity: 1 } });
    const histograms = await bench.histograms(name);
    expect(histograms['curl 10.0.0.1 443']).toMatchObject({ count: 3, sum: 3.0009, buckets: { boundaries: HANDSHAKE_BOUNDS } });
    expect(histograms['curl 10.0.0.2 443']).toMatchObject({ count: 1, sum: 200 });
  });

  it('have lives and round trips by workload and role, of a server also by port', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, curl, '10.0.0.2');
    bench.keys.server(3, curl, 80);
    bench.window({
      rows: [
        [1, { close: 2, life: [0.5, 700_000], rtt: [0.01] }],
        [2, { close: 1, life: [0.5], rtt: [0.01, 0.02] }],
        [3, { close: 1, life: [86_400] }],
      ],
    });
    expect(await bucketsOf(bench, 'connwatch.tcp.connection.duration')).toEqual({ 'curl client': { 0.5: 2, Infinity: 1 }, 'curl server 80': { 86400: 1 } });
    expect((await bench.histograms('connwatch.tcp.connection.duration'))['curl client']!.buckets.boundaries).toBe(LIFE_BOUNDS);
    expect(await bucketsOf(bench, 'connwatch.tcp.rtt')).toEqual({ 'curl client': { 0.01: 2, 0.025: 1 } });
  });

  it('have a sample of a connection that goes on, and no life of one from before the start', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { rtt: [0.01] }]] });
    bench.window({ rows: [[1, { close: 1, rtt: [0.01] }]] });
    expect(await bench.lines('connwatch.tcp.rtt')).toEqual({ 'curl client': 2 });
    expect(await bench.lines('connwatch.tcp.connection.duration')).toEqual({});
  });

  it('have their start', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window();
    bench.window({ rows: [[1, { success: 1, handshake: [0.02] }]] });
    const name = 'connwatch.tcp.connect.duration';
    expect((await bench.family(name, 'push')).dataPoints).toMatchObject([{ startTime: [START / 1000 + 5, 0], value: { sum: 0.02, count: 1 } }]);
  });

  it('are not changed by what comes after they were collected', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 1, handshake: [0.02] }]] });
    const before = await bench.histograms('connwatch.tcp.connect.duration');
    const copy = structuredClone(before);
    bench.window({ rows: [[1, { success: 1, handshake: [0.02] }]] });
    expect(before).toEqual(copy);
  });
});

describe('counters of traffic', () => {
  it('have bytes by peer and direction, of a server by its port', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.server(2, nginx, 80);
    bench.keys.server(3, nginx, 443);
    bench.window({ rows: [[1, { bytesSent: 100, bytesReceived: 2 ** 40 }], [2, { bytesReceived: 7 }], [3, { bytesReceived: 8, bytesSent: 1 }]] });
    bench.window({ rows: [[1, { bytesSent: 1 }]] });
    expect(await bench.lines('connwatch.tcp.io')).toEqual({
      'curl client 10.0.0.1 443 transmit': 101,
      'curl client 10.0.0.1 443 receive': 2 ** 40,
      'nginx server 80 receive': 7,
      'nginx server 443 receive': 8,
      'nginx server 443 transmit': 1,
    });
  });

  it('have what was sent again by type, and resets by direction', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.server(2, nginx, 80);
    bench.window({
      rows: [[1, { synRetransmits: 3, dataRetransmits: 4, resetsIn: 1 }], [2, { dataRetransmits: 5, resetsOut: 2 }]],
      listeners: [[2, { sockets: 1, synackRetransmits: 6 }]],
    });
    expect(await bench.lines('connwatch.tcp.retransmits')).toEqual({
      'curl client 10.0.0.1 443 syn': 3,
      'curl client 10.0.0.1 443 data': 4,
      'nginx server 80 data': 5,
      'nginx server 80 synack': 6,
    });
    expect(await bench.lines('connwatch.tcp.resets')).toEqual({ 'curl client 10.0.0.1 443 receive': 1, 'nginx server 80 transmit': 2 });
  });

  it('are the only series of a connection that was open before the start', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.server(2, nginx, 80);
    bench.window({ rows: [[1, { bytesSent: 5 }], [2, { bytesReceived: 5 }]], live: [[1, 'established', 1], [2, 'established', 1]] });
    const filled = (await bench.data()).filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name);
    expect(filled).toEqual(['connwatch.tcp.connections', 'connwatch.tcp.io']);
  });

  it('take what was folded, which has no peer, no port and no times', async () => {
    const [client, server] = [`${FOLDED} client ${FOLDED} ${FOLDED}`, `${FOLDED} server ${FOLDED}`];
    const bench = new Bench();
    bench.keys.client(1, folded, '', 0);
    bench.keys.server(2, folded, 0);
    bench.window({
      rows: [
        [1, { success: 3, refused: 1, close: 2, bytesSent: 10, synRetransmits: 1 }],
        [2, { accept: 2, close: 2, bytesSent: 5, dataRetransmits: 4, resetsOut: 1 }],
      ],
    });
    expect(await bench.lines('connwatch.tcp.connect.attempts')).toEqual({ [`${FOLDED} ${FOLDED} ${FOLDED}`]: 4 });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ [`${FOLDED} ${FOLDED}`]: 2 });
    expect(await bench.lines('connwatch.tcp.io')).toEqual({ [`${client} transmit`]: 10, [`${server} transmit`]: 5 });
    expect(await bench.lines('connwatch.tcp.retransmits')).toEqual({ [`${client} syn`]: 1, [`${server} data`]: 4 });
    expect(await bench.lines('connwatch.tcp.resets')).toEqual({ [`${server} transmit`]: 1 });
    for (const name of ['connect.duration', 'connection.duration', 'rtt']) expect(await bench.lines(`connwatch.tcp.${name}`)).toEqual({});
    expect(await bench.lines('connwatch.window.connect.duration.p50')).toEqual({});
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({ true: 4 });
  });

  it('count in the overflow series what has no key', async () => {
    const bench = new Bench();
    bench.window({ rows: [[0, { success: 1, handshake: [0.01], close: 1, life: [1], rtt: [0.01], bytesSent: 9, resetsIn: 1, synRetransmits: 1 }]] });
    for (const [name, value] of [['connect.duration', 1], ['connection.duration', 1], ['rtt', 1], ['io', 9], ['resets', 1], ['retransmits', 1]] as const) {
      expect(await bench.lines(`connwatch.tcp.${name}`), name).toEqual({ true: value });
    }
    expect(await bench.lines('connwatch.window.connect.duration.p50')).toEqual({ true: 0.0075 });
  });
});

describe('retirement of traffic', () => {
  const config = { seriesLimit: 100, retireAfter: 50_000 };
  const names = ['connect.duration', 'io', 'resets', 'connection.duration', 'rtt', 'connect.attempts', 'retransmits'];
  const all = { success: 1, handshake: [0.01], close: 1, life: [1], rtt: [0.01], bytesSent: 9, resetsIn: 1, dataRetransmits: 1 };

  it('comes when the process is gone and all was still, for all families in the same window', async () => {
    const bench = new Bench(config);
    bench.window({ rows: [[bench.keys.client(1, curl), all]] });
    bench.windows(100);
    for (const name of names) expect(Object.values(await bench.lines(`connwatch.tcp.${name}`)), name).toHaveLength(1);
    // Bytes keep the connects alive.
    bench.window({ rows: [[bench.keys.client(1, curl), { bytesSent: 1 }]], exited: [curl.owner] });
    bench.windows(9);
    for (const name of names) expect(Object.values(await bench.lines(`connwatch.tcp.${name}`)), name).toHaveLength(1);
    bench.windows(1);
    for (const name of names) expect(await bench.lines(`connwatch.tcp.${name}`), name).toEqual({});
  });

  it('frees the buckets, and what comes again begins anew', async () => {
    const bench = new Bench(config);
    bench.window({ rows: [[bench.keys.client(1, curl), all]], exited: [curl.owner] });
    bench.windows(10);
    bench.window({ rows: [[bench.keys.client(2, nginx), { success: 1, handshake: [5] }]] });
    expect(await bucketsOf(bench, 'connwatch.tcp.connect.duration')).toEqual({ 'nginx 10.0.0.1 443': { 7.2: 1 } });
  });
});
