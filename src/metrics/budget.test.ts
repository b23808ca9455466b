import { describe, expect, it } from 'vitest';
import { Bench, processInfo } from './fixtures.ts';

const CONNECT = 'connwatch.tcp.connect';
const LIMIT = 100;

/** 5,000 peers, each in a cgroup of its own unless told otherwise. */
function flood(bench: Bench, cgroup?: bigint): { successes: number; failures: number } {
  const rows = Array.from({ length: 5000 }, (_, index) => {
    const process = processInfo(index + 1, `exe${index}`, { cgroup: cgroup ?? BigInt(index) });
    const key = bench.keys.client(index + 1, process, `10.1.${index >> 8}.${index & 255}`);
    return [key, { success: index, refused: 1, timeout: 2 }] as [number, Record<string, number>];
  });
  bench.window({ rows, live: rows.map(([key]) => [key, 'syn_sent', 1]) });
  return { successes: (5000 * 4999) / 2, failures: 3 * 5000 };
}

describe('the budget', () => {
  it('bounds every family, and every sum is true', async () => {
    const bench = new Bench({ seriesLimit: LIMIT });
    const made = flood(bench);
    for (const data of await bench.data()) expect(data.dataPoints.length).toBeLessThanOrEqual(LIMIT);
    for (const { size, limit } of bench.collector.sizes()) expect(size).toBeLessThanOrEqual(limit);
    expect(await bench.sum(`${CONNECT}.successes`)).toBe(made.successes);
    expect(await bench.sum(`${CONNECT}.failures`)).toBe(made.failures);
    expect(await bench.sum(`${CONNECT}.pending`)).toBe(5000);
    expect(await bench.sum(`${CONNECT}.attempts`)).toBe(made.successes + made.failures + 5000);
    expect(await bench.sum('connwatch.window.connects')).toBe(made.successes + made.failures);
    expect(await bench.sum('connwatch.tcp.connections')).toBe(5000);
    expect(await bench.sum('tcp.connects_by_pid')).toBe(made.successes + made.failures + 5000);
  });

  it('keeps every peer that has a place true to itself in attempts, successes and pending', async () => {
    const bench = new Bench({ seriesLimit: LIMIT });
    flood(bench);
    const [attempts, successes, pending] = await Promise.all(
      ['attempts', 'successes', 'pending'].map((name) => bench.lines(`${CONNECT}.${name}`)),
    );
    for (const [peer, count] of Object.entries(attempts!)) {
      if (peer !== 'true') expect(count).toBe((successes![peer] ?? 0) + pending![peer]! + 3);
    }
  });

  it('says of each metric how often a set of attributes found no place', async () => {
    const bench = new Bench({ seriesLimit: 2 });
    bench.keys.client(1, processInfo(1, 'a'));
    bench.keys.client(2, processInfo(2, 'b'));
    bench.window({ rows: [[1, { success: 3 }], [2, { success: 4 }]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ 'a 10.0.0.1 443': 3, true: 4 });
    const refused = Object.fromEntries(bench.collector.sizes().map(({ family, refused }) => [family, refused]));
    expect(refused).toMatchObject({ [`${CONNECT}.attempts`]: 1, 'connwatch.window.connects': 0, 'connwatch.tcp.accepts': 0, 'tcp.connects_by_pid': 1 });
    // Nothing is lost of the count, and each metric has a counter: its own, or that of the metrics it shares its places with.
    expect(Object.entries(refused).filter(([, count]) => count === undefined).map(([family]) => family)).toEqual([
      'connwatch.window.accepts',
      'connwatch.window.connect.duration.p95',
      'connwatch.window.connect.duration.p99',
      `${CONNECT}.successes`,
      `${CONNECT}.pending`,
      'connwatch.tcp.listen.queue.length',
      'connwatch.tcp.listen.queue.limit',
      'connwatch.tcp.listen.syn_drops',
    ]);
  });

  it('leaves places for others when one cgroup floods', async () => {
    const bench = new Bench({ seriesLimit: LIMIT });
    flood(bench, 5n);
    bench.keys.client(9000, processInfo(9000, 'quiet', { cgroup: 6n }), '10.9.9.9');
    bench.window({ rows: [[9000, { success: 1, refused: 1 }]] });
    expect((await bench.lines(`${CONNECT}.successes`))['quiet 10.9.9.9 443']).toBe(1);
    expect((await bench.lines(`${CONNECT}.failures`))['quiet 10.9.9.9 443 refused']).toBe(1);
    expect((await bench.lines('tcp.connects_by_pid'))['9000 quiet']).toBe(2);
  });

  it('never lets a counter go back', { timeout: 60_000 }, async () => {
    const bench = new Bench({ seriesLimit: LIMIT, retireAfter: 1e9 });
    let before: Record<string, number> = {};
    for (let round = 0; round < 5; round++) {
      flood(bench);
      const now = await bench.lines(`${CONNECT}.attempts`);
      for (const [series, value] of Object.entries(before)) expect(now[series]).toBeGreaterThanOrEqual(value);
      before = now;
      bench.window();
      const rested = await bench.lines(`${CONNECT}.attempts`);
      expect(rested).toEqual(before);
    }
  });
});

describe('retirement', () => {
  const a = processInfo(1, 'a');
  const config = { seriesLimit: 2, retireAfter: 50_000 };
  const connect = (bench: Bench): void => bench.window({ rows: [[bench.keys.client(1, a), { success: 1, refused: 1 }]] });
  const families = ['attempts', 'successes', 'failures'];

  it('needs that the process is gone', async () => {
    const bench = new Bench(config);
    connect(bench);
    bench.windows(100);
    for (const name of families) expect(await bench.sum(`${CONNECT}.${name}`)).toBeGreaterThan(0);
  });

  it('needs that the series has been still', async () => {
    const bench = new Bench({ ...config, seriesLimit: 100 });
    connect(bench);
    bench.window({ exited: [a.owner] });
    bench.windows(8);
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'a 10.0.0.1 443': 2 });
    bench.windows(1);
    for (const name of families) expect(await bench.lines(`${CONNECT}.${name}`)).toEqual({});
    expect(await bench.lines('connwatch.window.connects')).toEqual({});
  });

  it('frees the place, and what comes again begins anew', async () => {
    const bench = new Bench(config);
    connect(bench);
    bench.window({ exited: [a.owner] });
    bench.windows(9);
    const b = processInfo(2, 'b');
    bench.window({ rows: [[bench.keys.client(2, b), { success: 5, refused: 1 }]] });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'b 10.0.0.1 443': 6 });
    expect(await bench.lines(`${CONNECT}.failures`)).toEqual({ 'b 10.0.0.1 443 refused': 1 });
  });

  it('does not take what a pending connect or another process still holds', async () => {
    const bench = new Bench(config);
    connect(bench);
    bench.window({ exited: [a.owner], live: [[1, 'syn_sent', 1]] });
    for (let i = 0; i < 20; i++) bench.window({ live: [[1, 'syn_sent', 1]] });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'a 10.0.0.1 443': 3 });
    bench.window({ rows: [[bench.keys.client(2, processInfo(2, 'a')), { success: 1 }]] });
    bench.windows(100);
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'a 10.0.0.1 443': 3 });
  });

  it('waits for the sockets of a process that is gone', async () => {
    const bench = new Bench({ ...config, retireAfter: 5000 });
    bench.keys.client(1, undefined);
    bench.window({ rows: [[1, { success: 1 }]], live: [[1, 'established', 1]] });
    for (let i = 0; i < 5; i++) bench.window({ live: [[1, 'established', 1]] });
    bench.window({ rows: [[1, { success: 1 }]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ '[unresolved] 10.0.0.1 443': 2 });
  });

  it('is for accepts as well', async () => {
    const bench = new Bench(config);
    bench.window({ rows: [[bench.keys.server(1, a, 80), { accept: 1 }]], exited: [a.owner] });
    bench.windows(9);
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'a 80': 1 });
    bench.windows(1);
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({});
    expect(await bench.lines('connwatch.window.accepts')).toEqual({});
  });
});
