import { NEVER, Subject, throwError } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '../stream/snapshot.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { Collector } from './collector.ts';
import { Bench, INTERVAL, Keys, START, processInfo, snapshot } from './fixtures.ts';

const curl = processInfo(10, 'curl');
const nginx = processInfo(20, 'nginx');
const CONNECT = 'connwatch.tcp.connect';

describe('reconfigure', () => {
  it('changes the limit for what is new, and takes nothing away', async () => {
    const bench = new Bench({ seriesLimit: 4 });
    for (const [id, name] of ['a', 'b', 'c', 'd'].entries()) bench.keys.client(id + 1, processInfo(id + 10, name));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 1 }]] });
    bench.collector.reconfigure({ seriesLimit: 2 });
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 1 }], [3, { success: 5 }]] });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'a 10.0.0.1 443': 2, 'b 10.0.0.1 443': 2, true: 5 });
    expect(bench.collector.sizes()[0]).toMatchObject({ limit: 2 });
    bench.collector.reconfigure({ seriesLimit: 100 });
    bench.window({ rows: [[4, { success: 7 }]] });
    expect(await bench.lines(`${CONNECT}.attempts`)).toMatchObject({ 'd 10.0.0.1 443': 7, true: 5 });
  });

  it('changes nothing when one value is out of range', () => {
    const { collector } = new Bench();
    const before = collector.config;
    expect(() => collector.reconfigure({ interval: 1000, seriesLimit: 1 })).toThrow(expect.objectContaining({ code: 'CW_USAGE' }));
    expect(() => collector.reconfigure({ interval: 0 })).toThrow(expect.objectContaining({ code: 'CW_USAGE' }));
    expect(collector.config).toBe(before);
  });
});

describe('connects', () => {
  it('sorts each outcome into its families', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    const counts = Object.fromEntries(OUTCOMES.map((outcome, index) => [outcome, index + 1]));
    bench.window({ rows: [[1, counts]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ 'curl 10.0.0.1 443': 1 });
    expect(await bench.lines(`${CONNECT}.failures`)).toEqual(
      Object.fromEntries(OUTCOMES.slice(1).map((outcome, index) => [`curl 10.0.0.1 443 ${outcome}`, index + 2])),
    );
    expect(await bench.lines('connwatch.window.connects')).toEqual({
      'curl 10.0.0.1 443 success': 1,
      'curl 10.0.0.1 443 failure': 55,
      'curl 10.0.0.1 443 cancelled': 10,
    });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'curl 10.0.0.1 443': 66 });
  });

  it('adds up over windows, and an idle window is 0', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 2 }]] });
    bench.window({ rows: [[1, { success: 3 }]] });
    expect(await bench.lines('connwatch.window.connects')).toEqual({ 'curl 10.0.0.1 443 success': 3 });
    bench.window();
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ 'curl 10.0.0.1 443': 5 });
    expect(await bench.lines('connwatch.window.connects')).toEqual({ 'curl 10.0.0.1 443 success': 0 });
  });

  it('counts an attempt once, while it hangs and after', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ live: [[1, 'syn_sent', 2]] });
    expect(await bench.lines(`${CONNECT}.pending`)).toEqual({ 'curl 10.0.0.1 443': 2 });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'curl 10.0.0.1 443': 2 });
    expect(await bench.lines('connwatch.window.connects')).toEqual({});
    bench.window({ rows: [[1, { timeout: 1 }]], live: [[1, 'syn_received', 1]] });
    expect(await bench.lines(`${CONNECT}.pending`)).toEqual({ 'curl 10.0.0.1 443': 1 });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'curl 10.0.0.1 443': 2 });
    bench.window({ rows: [[1, { success: 1 }]], live: [[1, 'established', 1]] });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'curl 10.0.0.1 443': 2 });
    expect(await bench.lines(`${CONNECT}.pending`)).toEqual({});
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({ 'curl client 10.0.0.1 443 established': 1 });
  });

  it('joins processes of one executable and keeps peers apart', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, processInfo(11, 'curl'));
    bench.keys.client(3, curl, '10.0.0.2');
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 2 }], [3, { success: 4 }]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ 'curl 10.0.0.1 443': 3, 'curl 10.0.0.2 443': 4 });
  });

  it('says what is not resolved, and what has no key', async () => {
    const bench = new Bench();
    bench.keys.client(1, undefined);
    bench.window({ rows: [[1, { success: 1 }], [0, { success: 2, refused: 1 }], [9, { success: 4 }]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ '[unresolved] 10.0.0.1 443': 1, true: 6 });
    expect(await bench.lines(`${CONNECT}.failures`)).toEqual({ true: 1 });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ '[unresolved] 10.0.0.1 443': 1, true: 7 });
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({ true: 8 });
  });
});

describe('records lost in the kernel', () => {
  const lost = (connects: number[], accepts: number) =>
    [{ stage: 'kernel', reason: 'ring_full', total: 99, connects, accepts }] as const;

  it('are in the totals, each once', async () => {
    const bench = new Bench();
    bench.window({ lost: lost([5, 1], 3) });
    bench.window({ lost: lost([7, 1], 4) });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ true: 7 });
    expect(await bench.lines(`${CONNECT}.failures`)).toEqual({ true: 1 });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ true: 8 });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ true: 4 });
    expect(await bench.lines('connwatch.window.connects')).toEqual({ true: 2 });
    expect(await bench.lines('connwatch.window.accepts')).toEqual({ true: 1 });
  });

  it('do not count an attempt twice that was seen pending', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ live: [[1, 'syn_sent', 1]] });
    bench.window({ lost: lost([1], 0) });
    expect(await bench.sum(`${CONNECT}.attempts`)).toBe(1);
    bench.window({ rows: [[1, { success: 1 }]], lost: lost([1], 0) });
    expect(await bench.sum(`${CONNECT}.attempts`)).toBe(2);
    expect(await bench.sum(`${CONNECT}.successes`)).toBe(2);
  });
});

describe('servers and sockets', () => {
  it('counts accepts by workload and port', async () => {
    const bench = new Bench();
    bench.keys.server(1, nginx, 80);
    bench.keys.server(2, nginx, 443);
    bench.window({ rows: [[1, { accept: 3 }], [2, { accept: 1, close: 5 }]] });
    bench.window({ rows: [[1, { accept: 2 }]] });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'nginx 80': 5, 'nginx 443': 1 });
    expect(await bench.lines('connwatch.window.accepts')).toEqual({ 'nginx 80': 2, 'nginx 443': 0 });
  });

  it('shows sockets by state and role, not the closed ones, and nothing that is over', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.server(2, nginx, 80);
    bench.window({
      live: [
        [1, 'syn_sent', 1],
        [1, 'established', 2],
        [1, 'closed', 9],
        [1, 'time_wait', 9],
        [2, 'established', 3],
        [2, 'close_wait', 1],
        [0, 'established', 4],
      ],
    });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({
      'curl client 10.0.0.1 443 syn_sent': 1,
      'curl client 10.0.0.1 443 established': 2,
      'nginx server 80 established': 3,
      'nginx server 80 close_wait': 1,
      true: 4,
    });
    bench.window({ live: [[2, 'established', 1]] });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({ 'nginx server 80 established': 1, true: 0 });
    expect(await bench.lines(`${CONNECT}.pending`)).toEqual({});
  });
});

describe('keys', () => {
  it('are given back after two windows without a row or a socket once their program has ended', () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, curl, '10.0.0.2');
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 1 }]], exited: [curl.owner] });
    bench.window({ live: [[2, 'established', 1]] });
    expect(bench.keys.released).toEqual([]);
    bench.window({ live: [[2, 'established', 1]] });
    expect(bench.keys.released).toEqual([1]);
    bench.windows(2);
    expect(bench.keys.released).toEqual([1, 2]);
  });

  it('stay for a minute with a program that runs, so that nobody else gets them', () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 1 }]] });
    bench.windows(11);
    expect(bench.keys.released).toEqual([]);
    bench.window();
    expect(bench.keys.released).toEqual([1]);
  });

  it('mean what the table says when a number is used again', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 1 }]], exited: [curl.owner] });
    bench.windows(2);
    bench.keys.server(1, nginx, 80);
    bench.window({ rows: [[1, { accept: 1 }]] });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'nginx 80': 1 });
    expect(await bench.lines(`${CONNECT}.attempts`)).toEqual({ 'curl 10.0.0.1 443': 1 });
  });
});

describe('a collection that pauses after each metric', () => {
  afterEach(() => void vi.restoreAllMocks());
  const open = () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const told: Snapshot[] = [];
    const bench = new Bench({ onSnapshot: (snapshot) => told.push(snapshot) });
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 2, refused: 1 }]] });
    const page = async () => {
      const data = await bench.data();
      const sum = (name: string) => data.find(({ descriptor }) => descriptor.name === `${CONNECT}.${name}`)!.dataPoints.reduce((total, { value }) => total + (value as number), 0);
      return ['attempts', 'successes', 'failures'].map(sum);
    };
    return { bench, told, page };
  };

  it('does not see a window that ends meanwhile, and the next one does', async () => {
    const { bench, told, page } = open();
    const collecting = page();
    bench.window({ rows: [[1, { success: 10, refused: 20 }]] });
    expect(told).toHaveLength(1);
    expect(await collecting).toEqual([3, 2, 1]);
    expect(told).toHaveLength(2);
    expect(await page()).toEqual([33, 12, 21]);
  });

  it('holds one window, not two', async () => {
    const { bench, told, page } = open();
    const collecting = page();
    bench.window({ rows: [[1, { success: 10 }]] });
    bench.window({ rows: [[1, { success: 100 }]] });
    expect(told.map(({ start }) => start)).toEqual([0, 1, 2].map((index) => told[0]!.start + index * INTERVAL));
    await collecting;
    expect(await page()).toEqual([113, 112, 1]);
  });

  it('loses no window that is held at the end', async () => {
    const { bench, page } = open();
    const collecting = page();
    bench.window({ rows: [[1, { success: 10 }]] });
    bench.collector.stop();
    await collecting;
    expect(await page()).toEqual([13, 12, 1]);
  });
});

describe('Collector', () => {
  it('subscribes once, at start, and not any more after stop', async () => {
    const snapshots = new Subject<Snapshot>();
    const applied: Snapshot[] = [];
    const keys = new Keys();
    const collector = new Collector({ snapshots, keys, onSnapshot: (each) => applied.push(each) });
    expect(snapshots.observed).toBe(false);
    collector.start();
    expect(() => collector.start()).toThrow('already started');
    const first = snapshot({});
    snapshots.next(first);
    expect(applied).toEqual([first]);
    expect(collector.snapshot).toBe(first);
    await collector.close();
    await collector[Symbol.asyncDispose]();
    expect(snapshots.observed).toBe(false);
    expect(() => collector.start()).toThrow('closed');
  });

  it('hands errors to its owner and goes on', async () => {
    const bench = new Bench();
    const failure = new Error('no such key table');
    const get = bench.keys.get.bind(bench.keys);
    bench.keys.get = () => {
      throw failure;
    };
    bench.window({ rows: [[1, { success: 1 }]] });
    expect(bench.errors).toEqual([failure]);
    bench.keys.get = get;
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 1 }]] });
    expect(await bench.lines(`${CONNECT}.successes`)).toEqual({ 'curl 10.0.0.1 443': 1 });
  });

  it("hands on the stream's error", () => {
    const errors: unknown[] = [];
    const snapshots = throwError(() => new Error('ended'));
    new Collector({ snapshots, keys: new Keys(), onError: (error) => errors.push(error) }).start();
    expect(errors).toEqual([new Error('ended')]);
  });

  it.each([
    [{ interval: 0 }, 'interval'],
    [{ retireAfter: -1 }, 'retireAfter'],
    [{ seriesLimit: 1 }, 'series limit'],
  ])('refuses %o', (config, reason) => {
    expect(() => new Collector({ snapshots: NEVER, keys: new Keys(), ...config })).toThrow(reason);
  });

  it('gives data points the start of their first window and the time of the collection', async () => {
    const bench = new Bench({ clock: () => START + 60_500 });
    bench.keys.client(1, curl);
    bench.windows(2);
    bench.window({ rows: [[1, { success: 1 }]] });
    const data = (await bench.data('push')).find((each) => each.descriptor.name === `${CONNECT}.successes`);
    expect(data?.dataPoints).toEqual([
      {
        startTime: [START / 1000 + 10, 0],
        endTime: [START / 1000 + 60, 500_000_000],
        attributes: { 'process.executable.name': 'curl', 'server.address': '10.0.0.1', 'server.port': 443 },
        value: 1,
      },
    ]);
    expect(data).toMatchObject({ isMonotonic: true });
  });
});
