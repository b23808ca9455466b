import { describe, expect, it } from 'vitest';
import { Bench, processInfo } from './fixtures.ts';
import { PATH_WINDOWS } from './tcp/waiting.ts';

const A = '4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970';
const B = '9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d';
const inDocker = (id: string, cgroup: string) => ({ cgroup, cgroupPath: `/docker/${id}` });
const ATTEMPTS = 'connwatch.tcp.connect.attempts';

describe('containers', () => {
  it('keeps one program in two containers and on the host apart, in every family of workloads', async () => {
    const bench = new Bench();
    const nginx = processInfo(10, 'nginx');
    bench.keys.client(1, nginx, '10.0.0.1', 80, inDocker(A, '3'));
    bench.keys.client(2, nginx, '10.0.0.1', 80, inDocker(B, '4'));
    bench.keys.client(3, nginx, '10.0.0.1', 80);
    bench.keys.server(4, nginx, 443, inDocker(A, '3'));
    bench.window({
      rows: [[1, { success: 1, refused: 1 }], [2, { success: 2 }], [3, { success: 4 }], [4, { accept: 8 }]],
      live: [[1, 'syn_sent', 16], [4, 'established', 32]],
    });
    expect(await bench.lines(ATTEMPTS)).toEqual({
      [`nginx ${A} 10.0.0.1 80`]: 18,
      [`nginx ${B} 10.0.0.1 80`]: 2,
      'nginx 10.0.0.1 80': 4,
    });
    expect(await bench.lines('connwatch.tcp.connect.failures')).toEqual({ [`nginx ${A} 10.0.0.1 80 refused`]: 1 });
    expect(await bench.lines('connwatch.tcp.connect.pending')).toEqual({ [`nginx ${A} 10.0.0.1 80`]: 16 });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ [`nginx ${A} 443`]: 8 });
    expect(await bench.lines('connwatch.window.accepts')).toEqual({ [`nginx ${A} 443`]: 8 });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({
      [`nginx ${A} client 10.0.0.1 80 syn_sent`]: 16,
      [`nginx ${A} server 443 established`]: 32,
    });
    expect(bench.collector.cgroups).toEqual({ container: 2, pod: 0, service: 0, host: 1, unresolved: 0 });
  });

  it('joins the cgroups that a container has inside', async () => {
    const bench = new Bench();
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, { cgroup: '3', cgroupPath: `/docker/${A}/init.scope` });
    bench.keys.client(2, processInfo(11, 'curl'), '10.0.0.1', 80, { cgroup: '4', cgroupPath: `/docker/${A}/system.slice/a.service` });
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 2 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 3 });
  });

  it('waits for a path that comes late, so that all counts under it', async () => {
    const bench = new Bench();
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, { cgroup: '3', cgroupPath: undefined });
    bench.window({ rows: [[1, { success: 1 }]], live: [[1, 'syn_sent', 1]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({});
    // Told now: the key's number stands for the same thing, which has a name.
    bench.keys.client(1, curl, '10.0.0.1', 80, inDocker(A, '3'));
    bench.keys.client(2, processInfo(11, 'curl'), '10.0.0.1', 80, inDocker(A, '3'));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 4 }]], live: [[1, 'established', 2]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 6 });
    expect(await bench.sum('connwatch.tcp.connect.successes')).toBe(6);
    expect(bench.collector.cgroups).toMatchObject({ container: 1, unresolved: 0 });
  });

  it('does not move what was counted when a path comes too late: a connect that hung is one attempt', async () => {
    const bench = new Bench();
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, { cgroup: '3', cgroupPath: undefined });
    bench.window({ rows: [[1, { success: 1 }]], live: [[1, 'syn_sent', 1]] });
    for (let window = 0; window < PATH_WINDOWS; window++) {
      expect(await bench.lines(ATTEMPTS)).toEqual({});
      bench.window({ live: [[1, 'syn_sent', 1]] });
    }
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl 10.0.0.1 80': 2 });
    bench.keys.client(1, curl, '10.0.0.1', 80, inDocker(A, '3'));
    bench.keys.client(2, processInfo(11, 'curl'), '10.0.0.1', 80, inDocker(A, '3'));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 4 }]], live: [[1, 'established', 2]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl 10.0.0.1 80': 2, [`curl ${A} 10.0.0.1 80`]: 4 });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({ 'curl client 10.0.0.1 80 established': 2 });
    expect(await bench.sum('connwatch.tcp.connect.successes')).toBe(6);
    expect(bench.collector.cgroups).toMatchObject({ container: 1, unresolved: 0 });
  });

  it('counts a cgroup while its keys are in use, and tells a path that is not understood', () => {
    const told: string[] = [];
    const bench = new Bench({ onUnresolved: (path) => told.push(path) });
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, { cgroup: '3', cgroupPath: '/mine' });
    bench.window({ rows: [[1, { success: 1 }]], exited: [curl.owner] });
    expect(bench.collector.cgroups).toMatchObject({ unresolved: 1 });
    bench.window();
    expect(bench.collector.cgroups).toMatchObject({ unresolved: 1 });
    bench.window();
    expect(bench.collector.cgroups).toMatchObject({ unresolved: 0 });
    expect(told).toEqual(['/mine']);
  });
});
