import { describe, expect, it } from 'vitest';
import { Bench, START, processInfo } from './fixtures.ts';
import type { PulledPoint } from './producer.ts';

const NAME = 'connwatch.tcp.connect.successes';
const MINUTE = 60_000;

/** A collector whose clocks the test sets. */
class Clocked extends Bench {
  wall = 0;
  elapsed = 0;

  constructor() {
    super({ clock: () => START + this.wall, elapsed: () => this.elapsed });
  }

  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.elapsed += milliseconds;
  }

  async appeared(name = NAME, path: 'pull' | 'push' = 'pull'): Promise<(number | undefined)[]> {
    return (await this.family(name, path)).dataPoints.map((point) => (point as PulledPoint).appeared);
  }

  /** A window from the start of the wall clock on, with a new series. */
  series(id: number): void {
    this.keys.client(id, processInfo(id, `p${id}`));
    this.window({ rows: [[id, { success: id }]] });
  }
}

describe('when a series appeared', () => {
  it('is its birth, on the clock of pages', async () => {
    const bench = new Clocked();
    bench.series(1);
    bench.pass(2 * MINUTE);
    expect(await bench.appeared()).toEqual([0]);
  });

  it.each([
    // A page at 20 min, after one at 10 min or none; a series of the window that began at 5 s.
    { what: 'by a wall clock that is right', step: 0, appeared: 5000 },
    { what: 'not before the last page without it, whatever the wall clock says', step: 60 * MINUTE, appeared: 600_000.001 },
    { what: 'not after the first page with it, whatever the wall clock says', step: -60 * MINUTE, appeared: 1_200_000 },
  ])('is $what', async ({ step, appeared }) => {
    const bench = new Clocked();
    bench.window();
    if (step !== 0) {
      bench.pass(10 * MINUTE);
      await bench.data();
      bench.pass(10 * MINUTE);
    } else bench.pass(20 * MINUTE);
    bench.series(2);
    bench.wall += step;
    expect(await bench.appeared()).toEqual([appeared]);
    bench.pass(MINUTE);
    expect(await bench.appeared()).toEqual([appeared]);
  });

  it('is later than a page at the same moment', async () => {
    const bench = new Clocked();
    bench.pass(MINUTE);
    await bench.data();
    bench.series(1);
    expect(await bench.appeared()).toEqual([MINUTE + 0.001]);
  });

  it('is anew what was retired and has come back', async () => {
    const bench = new Clocked();
    bench.series(1);
    bench.pass(MINUTE);
    await bench.data();
    bench.window({ exited: [processInfo(1, 'p1').owner] });
    bench.windows(800);
    expect(await bench.appeared()).toEqual([]);
    bench.pass(MINUTE);
    bench.series(1);
    expect((await bench.appeared())[0]).toBeGreaterThan(MINUTE);
  });

  it('is said of histograms, and not of gauges or to who is pushed to', async () => {
    const bench = new Clocked();
    bench.keys.client(1, processInfo(1, 'a'));
    bench.pass(1);
    bench.window({ rows: [[1, { success: 1, handshake: [0.02] }]] });
    expect(await bench.appeared('connwatch.tcp.connect.duration')).toEqual([0]);
    expect(await bench.appeared('connwatch.window.connects')).toEqual([undefined]);
    expect(await bench.appeared(NAME, 'push')).toEqual([undefined]);
  });
});

describe('a gauge that ends', () => {
  const curl = processInfo(10, 'curl');
  const open = () => {
    const bench = new Bench();
    bench.keys.client(1, curl, '10.0.0.1', 80);
    bench.window({ rows: [[1, { success: 2, handshake: [0.001, 0.001] }]], live: [[1, 'established', 2], [1, 'close_wait', 1]] });
    return bench;
  };
  const CONNECTIONS = 'connwatch.tcp.connections';

  it('has a last point for who is pushed to, until it is delivered', async () => {
    const bench = open();
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual({ 'curl client 10.0.0.1 80 established': 2, 'curl client 10.0.0.1 80 close_wait': 1 });
    expect(Object.values(await bench.lines('connwatch.window.connect.duration.p50', 'push'))).toHaveLength(1);
    bench.window({ live: [[1, 'established', 1]] });
    const ended = { 'curl client 10.0.0.1 80 established': 1, 'curl client 10.0.0.1 80 close_wait': 0 };
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual(ended);
    // The export failed.
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual(ended);
    bench.delivered();
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual({ 'curl client 10.0.0.1 80 established': 1 });
    // It is there again, and ends again, before anything is delivered.
    bench.window({ live: [[1, 'established', 1], [1, 'close_wait', 1]] });
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual({ 'curl client 10.0.0.1 80 established': 1, 'curl client 10.0.0.1 80 close_wait': 1 });
    bench.window({ live: [[1, 'established', 1]] });
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual(ended);
  });

  it('has none for a page', async () => {
    const bench = open();
    await bench.data();
    bench.window({ live: [[1, 'established', 1]] });
    expect(await bench.lines(CONNECTIONS)).toEqual({ 'curl client 10.0.0.1 80 established': 1 });
  });

  it('is not a number if it is a time', async () => {
    const bench = open();
    await bench.data('push');
    bench.window();
    expect(Object.values(await bench.lines('connwatch.window.connect.duration.p50', 'push'))).toEqual([NaN]);
  });

  it('that is back at once has its new value only', async () => {
    const bench = open();
    await bench.data('push');
    bench.window({ live: [[1, 'established', 1]] });
    bench.window({ live: [[1, 'established', 1], [1, 'close_wait', 7]] });
    expect(await bench.lines(CONNECTIONS, 'push')).toEqual({ 'curl client 10.0.0.1 80 established': 1, 'curl client 10.0.0.1 80 close_wait': 7 });
  });
});

describe('what the pull reader collects', () => {
  it('is the same array until a window ends, and then another one', async () => {
    const bench = new Clocked();
    bench.series(1);
    const points = async (path: 'pull' | 'push') => (await bench.family(NAME, path)).dataPoints;
    const first = await points('pull');
    bench.pass(1000);
    expect(await points('pull')).toBe(first);
    bench.window({ rows: [[1, { success: 5 }]] });
    expect((await points('pull')).map(({ value }) => value)).toEqual([6]);
    // Who is still sending it has the values of its own page.
    expect(first.map(({ value }) => value)).toEqual([1]);
  });

  it('is made for each collection of who is pushed to, because its points have the time', async () => {
    const bench = new Clocked();
    bench.series(1);
    const first = (await bench.family(NAME, 'push')).dataPoints;
    expect((await bench.family(NAME, 'push')).dataPoints).not.toBe(first);
  });
});
