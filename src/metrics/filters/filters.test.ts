import { describe, expect, it } from 'vitest';
import type { Key } from '../../ebpf/types.ts';
import { FOLDED } from '../../identity/index.ts';
import type { Filter } from '../../words/filters.ts';
import { Bench, processInfo } from '../fixtures.ts';
import { Filters } from './filters.ts';

const ID = '4f797c539e6c'.padEnd(64, '0');
const base: Key = { id: 1, role: 'client', whose: 'process', executable: 'curl', workload: 1, cgroup: '3', cgroupPath: '/', netns: 7, address: '10.1.2.3', port: 443, fold: 'none' };
const unit = { cgroupPath: '/system.slice/ssh.service' };
const container = { cgroupPath: `/docker/${ID}` };
const server = { role: 'server', address: '', port: 8080 } as const;
const namespaces = new Map([[7, { inode: 4026531840, pid: 1 }], [8, { inode: 4026532000, pid: 2 }]]);

/** Whether a filter matches a key: true, false, or that it is not known. */
function match(filter: Filter, more: Partial<Key>): boolean | 'unknown' {
  const key = { ...base, ...more };
  const included = !new Filters({ include: filter, ownNetns: 7 }).leaveOut(key, namespaces);
  const excluded = new Filters({ exclude: filter, ownNetns: 7 }).leaveOut(key, namespaces);
  return included && !excluded ? 'unknown' : included;
}

describe('a field matches', () => {
  it.each<[Filter, Partial<Key>, boolean | 'unknown']>([
    [{ executable: ['wget', 'curl'] }, {}, true],
    [{ executable: ['cur'] }, {}, false],
    [{ executable: ['c*l', '*.x'] }, {}, true],
    [{ executable: ['c.rl'] }, {}, false],
    [{ executable: ['curl'] }, { whose: 'unknown', executable: undefined }, 'unknown'],
    [{ executable: ['curl'] }, { whose: 'folded', executable: FOLDED }, 'unknown'],
    [{ executable: ['[kernel]'] }, { whose: 'kernel', executable: '[kernel]' }, true],
    [{ unit: ['ssh*'] }, unit, true],
    [{ unit: ['cron.service'] }, unit, false],
    [{ unit: ['ssh.service'] }, container, false],
    [{ unit: ['ssh.service'] }, { cgroupPath: undefined }, 'unknown'],
    [{ unit: ['ssh.service'] }, { cgroupPath: '/process_api/3f2a' }, false],
    [{ container: ['*'] }, { cgroupPath: '/process_api/3f2a' }, true],
    [{ container: [ID] }, { cgroupPath: '/process_api/3f2a' }, false],
    [{ container: [ID] }, container, true],
    [{ container: ['4f797c539e6c*'] }, container, true],
    [{ container: ['*'] }, unit, true],
    [{ container: ['?'] }, unit, false],
    [{ port: [[400, 443]] }, {}, true],
    [{ port: [[80, 80], [444, 500]] }, {}, false],
    [{ port: [[8080, 8080]] }, server, true],
    [{ port: [[443, 443]] }, { fold: 'peer' }, 'unknown'],
    [{ port: [[443, 443]] }, { ...server, port: 0 }, 'unknown'],
    [{ cidr: ['10.0.0.0/8'] }, {}, true],
    [{ cidr: ['10.1.2.3/32', 'fd00::/8'] }, {}, true],
    [{ cidr: ['10.1.2.4/32', 'fd00::/8'] }, {}, false],
    [{ cidr: ['10.1.2.4/32', 'fd00::/8'] }, { address: 'fd12::1' }, true],
    [{ cidr: ['0.0.0.0/0'] }, { address: 'fd12::1' }, false],
    [{ cidr: ['10.0.0.0/8'] }, server, 'unknown'],
    [{ netns: [4026531840] }, {}, true],
    [{ netns: ['own'] }, {}, true],
    [{ netns: ['own'] }, { netns: 8 }, false],
    [{ netns: [4026532000] }, { netns: 8 }, true],
    [{ netns: [4026532000] }, { netns: 9 }, false],
    [{ netns: [4026532000] }, { netns: 0 }, 'unknown'],
    [{ netns: [4026532000, 4026532111] }, { netns: 9 }, 'unknown'],
    [{ role: ['server'] }, server, true],
    [{ role: ['server'] }, {}, false],
  ])('%j of %j: %s', (filter, key, expected) => {
    expect(match(filter, key)).toBe(expected);
  });
});

describe('filters', () => {
  it('include what every list matches, exclude what one matches', () => {
    const both: Filter = { executable: ['curl'], port: [[80, 80]] };
    const keys = [{}, { port: 80 }, { executable: 'wget' }, { executable: 'wget', port: 80 }];
    const left = (filters: Filters) => keys.map((key) => filters.leaveOut({ ...base, ...key }, namespaces));
    expect(left(new Filters({ include: both }))).toEqual([true, false, true, true]);
    expect(left(new Filters({ exclude: both }))).toEqual([true, true, false, true]);
    expect(left(new Filters({ include: { port: [[80, 80]] }, exclude: { executable: ['wget'] } }))).toEqual([true, false, true, true]);
    expect(left(new Filters({}))).toEqual([false, false, false, false]);
  });

  it('count what they leave out, and nothing else of it anywhere but by process', async () => {
    const bench = new Bench({ filters: { exclude: { executable: ['curl'], port: [[22, 22]] } } });
    const [curl, wget, sshd] = [processInfo(10, 'curl'), processInfo(11, 'wget'), processInfo(12, 'sshd')];
    bench.keys.client(1, curl);
    bench.keys.client(2, wget);
    bench.keys.server(3, sshd, 22);
    const moved = { close: 2, life: [1, 2], rtt: [0.1], bytesSent: 9, resetsIn: 1, dataRetransmits: 1 };
    bench.window({
      rows: [[1, { ...moved, success: 3, refused: 1, handshake: [0.1] }], [2, { ...moved, success: 7, handshake: [0.1] }], [3, { ...moved, accept: 5 }]],
      live: [[1, 'syn_sent', 4], [2, 'syn_sent', 1], [3, 'established', 3]],
      listeners: [[3, { sockets: 1, queue: 1, limit: 4, overflows: 2, drops: 3, synackRetransmits: 1 }]],
    });
    expect(bench.collector.filtered).toEqual({ connect: 4, accept: 5, close: 4 });
    expect(await bench.lines('connwatch.tcp.connect.attempts')).toEqual({ 'wget 10.0.0.1 443': 8 });
    expect(await bench.lines('tcp.connects_by_pid')).toEqual({ '10 curl': 8, '11 wget': 8 });
    for (const { descriptor, dataPoints } of await bench.data()) {
      if (descriptor.name === 'tcp.connects_by_pid') continue;
      const of = dataPoints.map(({ attributes }) => String(attributes['process.executable.name'] as string | undefined));
      expect(new Set(of).size === 0 || of.every((name) => name === 'wget'), `${descriptor.name}: ${of.join(' ')}`).toBe(true);
    }
    expect(bench.errors).toEqual([]);
  });

  it('keep in the sums what could not be told apart', async () => {
    const bench = new Bench({ filters: { include: { executable: ['nginx'], port: [[80, 80]] } } });
    bench.keys.client(1, processInfo(0, FOLDED), '', 0);
    bench.keys.client(2, processInfo(10, 'nginx'), '', 0, { fold: 'peer' });
    bench.keys.client(3, processInfo(11, 'curl'), '', 0, { fold: 'peer' });
    bench.window({ rows: [[0, { success: 1 }], [1, { success: 2 }], [2, { success: 4 }], [3, { success: 8 }]] });
    expect(await bench.sum('connwatch.tcp.connect.attempts')).toBe(7);
    expect(bench.collector.filtered).toEqual({ connect: 8, accept: 0, close: 0 });
  });
});
