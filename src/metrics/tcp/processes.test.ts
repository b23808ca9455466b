import { describe, expect, it } from 'vitest';
import { Bench, processInfo } from '../fixtures.ts';

const BY_PID = 'tcp.connects_by_pid';
const curl = processInfo(10, 'curl');

function connected(bench: Bench, info = curl, count = 3, exited: string[] = []): void {
  bench.window({ rows: [[bench.keys.client(info.pid, info), { success: count }]], exited });
}

describe('tcp.connects_by_pid', () => {
  it('counts attempts since the process was first seen, each once', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, curl, '10.0.0.2');
    bench.window({ rows: [[1, { success: 1 }]], live: [[2, 'syn_sent', 2], [1, 'established', 1]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3 });
    bench.window({ rows: [[2, { timeout: 2 }]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3 });
    bench.windows(10);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3 });
  });

  it('has no series for a process that only accepts', async () => {
    const bench = new Bench();
    bench.window({ rows: [[bench.keys.server(1, processInfo(20, 'nginx'), 80), { accept: 2 }]] });
    expect(await bench.lines(BY_PID)).toEqual({});
  });

  it('keeps processes of one name apart, and one pid with another name goes on', async () => {
    const bench = new Bench();
    connected(bench, processInfo(10, 'sh'), 2);
    connected(bench, processInfo(11, 'sh'), 5);
    const owner = String((10n << 32n) + 9n);
    const execed = processInfo(10, 'curl', { owner });
    bench.window({ rows: [[bench.keys.client(99, execed), { success: 1 }]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3, '11 sh': 5 });
    // A late record of the image before does not turn the name back.
    bench.window({ rows: [[bench.keys.client(100, processInfo(10, 'sh'), '10.0.0.3'), { success: 1 }]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 4, '11 sh': 5 });
    bench.window({ exited: [owner] });
    bench.windows(12);
    expect(await bench.lines(BY_PID)).toEqual({ '11 sh': 5 });
  });
});

describe('a process that has exited', () => {
  it('stays until every reader had it and two more windows are complete', async () => {
    const bench = new Bench();
    connected(bench, curl, 3, [curl.owner]);
    bench.windows(3);
    expect(await bench.lines(BY_PID, 'pull')).toEqual({ '10 curl': 3 });
    bench.windows(1);
    expect(await bench.lines(BY_PID, 'push')).toEqual({ '10 curl': 3 });
    bench.windows(1);
    expect(await bench.lines(BY_PID)).toEqual({});
  });

  it('stays for two more windows when it has been collected at once', async () => {
    const bench = new Bench();
    connected(bench, curl, 3, [curl.owner]);
    await Promise.all([bench.data('pull'), bench.data('push')]);
    bench.windows(1);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3 });
    bench.windows(1);
    expect(await bench.lines(BY_PID)).toEqual({});
  });

  it('has to be collected after its exit, with its last connects', async () => {
    const bench = new Bench();
    connected(bench);
    await Promise.all([bench.data('pull'), bench.data('push')]);
    connected(bench, curl, 4, [curl.owner]);
    bench.windows(5);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 7 });
  });

  it('stays for 60 s at most', async () => {
    const bench = new Bench();
    connected(bench, curl, 3, [curl.owner]);
    bench.windows(11);
    expect(bench.collector.sizes()[0]).toMatchObject({ family: BY_PID, size: 1, limit: 2000 });
    bench.windows(1);
    expect(bench.collector.sizes()[0]).toMatchObject({ family: BY_PID, size: 0, limit: 2000 });
  });

  it('stays when the addon gives its number to another process', async () => {
    const bench = new Bench();
    connected(bench, curl, 3, [curl.owner]);
    bench.windows(2);
    connected(bench, processInfo(11, 'wget'), 1);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3, '11 wget': 1 });
  });

  it('may exit before its last records come', async () => {
    const bench = new Bench();
    bench.window({ exited: [curl.owner] });
    connected(bench);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 3 });
    bench.windows(12);
    expect(await bench.lines(BY_PID)).toEqual({});
  });
});

describe('a pid used again', () => {
  const later = processInfo(10, 'curl', { owner: String((10n << 32n) + 5n), startTime: 2000n });

  it.each([
    ['whose exit is known', [curl.owner]],
    ['whose exit was lost', []],
  ])('replaces the process %s at once, and begins at its own count', async (_, exited) => {
    const bench = new Bench();
    connected(bench, curl, 3, exited);
    bench.window({ rows: [[bench.keys.client(50, later), { success: 1 }]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 1 });
  });

  it('is not given the late connects of the process before', async () => {
    const bench = new Bench();
    connected(bench, curl, 3);
    bench.window({ rows: [[bench.keys.client(50, later), { success: 1 }], [10, { success: 1 }]] });
    bench.window({ rows: [[bench.keys.client(51, curl, '10.0.0.9'), { success: 2 }]] });
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 1, true: 3 });
    expect(await bench.sum('connwatch.tcp.connect.attempts')).toBe(7);
  });

  it('is not ended by the exit of the process before', async () => {
    const bench = new Bench();
    connected(bench, curl, 3);
    bench.window({ rows: [[bench.keys.client(50, later), { success: 1 }]], exited: [curl.owner] });
    bench.windows(20);
    expect(await bench.lines(BY_PID)).toEqual({ '10 curl': 1 });
  });
});
