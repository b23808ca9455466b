import { describe, expect, it } from 'vitest';
import type { NativeKey, NativeProcess } from '../binding.ts';
import { formatAddress, Keys } from './keys.ts';
import { ProcessTable } from './processes.ts';

const v4 = (...tail: number[]) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...tail);
const OWNER = (7n << 32n) | 2n;
const key = (id: number, role: number, owner = OWNER): NativeKey => ({
  id,
  role,
  owner,
  cgroup: 12n,
  netns: 4026531840,
  address: role === 1 ? v4(10, 0, 0, 1) : new Uint8Array(16),
  port: 443,
});
const app: NativeProcess = {
  owner: OWNER,
  pid: 7,
  startTime: 5n,
  cgroup: 12n,
  comm: Buffer.from('app'),
  exe: Buffer.from('app'),
};

const cgroups = { get: (id: string) => (id === '12' ? '/system.slice/app.service' : undefined) };

describe('Keys', () => {
  it('says what a number stands for', () => {
    const processes = new ProcessTable();
    processes.add(app);
    const keys = new Keys(processes, cgroups, () => {});
    keys.add(key(1, 1));
    keys.add(key(2, 2));
    expect(keys.get(1)).toMatchObject({ role: 'client', cgroup: '12', cgroupPath: '/system.slice/app.service', address: '10.0.0.1', port: 443 });
    expect(keys.get(2)).toMatchObject({ role: 'server', address: '', process: { executable: 'app' } });
    expect(keys.get(3)).toBeUndefined();
  });

  it('binds a process that is told after its first record, before the snapshot', () => {
    const processes = new ProcessTable();
    const keys = new Keys(processes, cgroups, () => {});
    keys.add(key(1, 1));
    expect(keys.get(1)?.process).toBeUndefined();
    processes.add(app);
    keys.bind();
    expect(keys.get(1)?.process?.comm).toBe('app');
  });

  it('binds a cgroup that is told after its first record, and takes no second reference', () => {
    const processes = new ProcessTable();
    processes.add(app);
    const paths = new Map<string, string>();
    const keys = new Keys(processes, paths, () => {});
    keys.add(key(1, 1));
    expect(keys.get(1)).toMatchObject({ cgroupPath: undefined, process: { comm: 'app' } });
    paths.set('12', '/docker/x');
    keys.bind();
    expect(keys.get(1)).toMatchObject({ cgroupPath: '/docker/x', process: { comm: 'app' } });
    expect([...keys.cgroups()]).toEqual(['12']);
    // Not after the snapshot: what counts under one name stays there.
    paths.set('12', '/docker/y');
    keys.bind();
    expect(keys.get(1)?.cgroupPath).toBe('/docker/x');
    keys.release([1]);
    expect([...keys.cgroups()]).toEqual([]);
    processes.exit(OWNER);
    for (let cut = 0; cut < 4; cut++) processes.cut();
    expect(processes.size).toBe(0);
  });

  it('frees in the addon what it knew, once', () => {
    const freed: number[][] = [];
    const processes = new ProcessTable();
    processes.add(app);
    const keys = new Keys(processes, cgroups, (ids) => freed.push([...ids]));
    keys.add(key(1, 1));
    keys.release([1, 0, 9]);
    keys.release([1]);
    expect(freed).toEqual([[1]]);
    expect(keys.get(1)).toBeUndefined();
    processes.exit(OWNER);
    for (let cut = 0; cut < 4; cut++) processes.cut();
    expect(processes.size).toBe(0);
  });
});

describe('formatAddress', () => {
  it.each([
    [v4(127, 0, 0, 1), '127.0.0.1'],
    [new Uint8Array(16), '::'],
    [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), '::1'],
    [Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1), '2001:db8::1:0:0:1'],
  ])('%s', (bytes, text) => expect(formatAddress(bytes)).toBe(text));
});
