import { describe, expect, it } from 'vitest';
import type { Key } from '../ebpf/types.ts';
import { CONTAINER, CgroupsInUse, KERNEL, UNRESOLVED, cgroupOf, identify, peerOf, workloadOf } from './index.ts';

const ID = '4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970';

const client: Key = {
  id: 1,
  role: 'client',
  whose: 'process',
  executable: 'curl',
  workload: 1,
  cgroup: '2',
  cgroupPath: '/',
  netns: 1,
  address: '10.0.0.1',
  port: 443,
  fold: 'none',
};

describe('workloadOf', () => {
  const executable = (name: string) => ({ 'process.executable.name': name });

  it.each([
    ['the executable', {}, 'curl'],
    ['the kernel', { whose: 'kernel', executable: KERNEL }, KERNEL],
    ['nobody', { whose: 'unknown', executable: undefined }, UNRESOLVED],
  ] as const)('%s', (_, owner, name) => {
    expect(workloadOf({ ...client, ...owner })).toEqual(executable(name));
  });

  it.each([
    ['a container: its whole id', { cgroupPath: `/docker/${ID}` }, ID],
    ['a container that has a name: all of it', { cgroupPath: '/lxc.payload.web-frontend-2' }, 'web-frontend-2'],
    ['a path that is not understood', { cgroupPath: '/mine' }, undefined],
    ['a path that was not told', { cgroupPath: undefined }, undefined],
    ['a container of which the process is not known', { whose: 'unknown', executable: undefined, cgroupPath: `/docker/${ID}` }, ID],
    ['an executable that is called as the kernel', { executable: KERNEL, cgroupPath: `/docker/${ID}` }, ID],
    ['what was folded, by its cgroup', { whose: 'folded', executable: '[folded]', cgroupPath: `/docker/${ID}` }, ID],
    ['a service of the host', { cgroupPath: '/system.slice/nginx.service' }, undefined],
    ['a pod without a container', { cgroupPath: '/kubepods/besteffort/pod74c13223-5a00-11e9-b385-42010a80018d' }, undefined],
    ['the kernel, whatever its cgroup', { whose: 'kernel', executable: KERNEL, cgroupPath: '/mine' }, undefined],
    ['no cgroup', { cgroup: '0', cgroupPath: undefined }, undefined],
  ] as const)('%s', (_, what, container) => {
    expect(workloadOf({ ...client, ...what })[CONTAINER]).toBe(container);
  });

  it("has the container of the key's own cgroup, not of the process's first one", () => {
    const moved: Key = { ...client, cgroup: '3', cgroupPath: `/docker/${ID}` };
    expect(workloadOf(moved)).toEqual({ ...executable('curl'), 'workload.container.id': ID });
    expect(workloadOf(client)).toEqual(executable('curl'));
  });

  it.each([
    ['/system.slice/nginx.service', { 'systemd.unit.name': 'nginx.service' }],
    ['/system.slice/containerd.service/inner', { 'systemd.unit.name': 'containerd.service' }],
    ['/user.slice/user-1000.slice/session-3.scope', {}],
    ['/openrc.sshd', {}],
    [`/system.slice/docker-${ID}.scope/system.slice/nginx.service`, { 'workload.container.id': ID }],
    ['/mine', {}],
    ['/', {}],
  ])('of %s has %j besides', (cgroupPath, place) => {
    expect(workloadOf({ ...client, cgroupPath })).toEqual({ ...executable('curl'), ...place });
  });

  it('gives the same object for the same key', () => {
    expect(workloadOf(client)).toBe(workloadOf(client));
  });
});

describe('a cgroup in v1 and in v2', () => {
  const docker = `/docker/${'a'.repeat(64)}`;
  it.each([
    ['the one that names a container', '/x', docker, 'container'],
    ['the one that names a container', docker, '/x', 'container'],
    ['the container, not the unit', '/system.slice/a.service', docker, 'container'],
    ['the one that names a unit', '/x', '/system.slice/a.service', 'service'],
    ['that of v1 if none does', '/y', '/x', 'unresolved'],
    ['that of v1 if v2 is at the root', '/x', '/', 'unresolved'],
    ['v2 where v1 has none', undefined, '/system.slice/a.service', 'service'],
  ])('is %s', (_, cgroupPathV1, cgroupPath, kind) => {
    expect(cgroupOf({ whose: 'process', cgroup: '7', cgroupPath, cgroupPathV1 })?.kind).toBe(kind);
  });
});

describe('CgroupsInUse', () => {
  const key = (cgroup: string, cgroupPath: string | undefined) => ({ whose: 'process', cgroup, cgroupPath }) as const;
  const none = { container: 0, pod: 0, service: 0, host: 0, unresolved: 0 };

  it('counts each cgroup once, as long as a key of it is in use', () => {
    const cgroups = new CgroupsInUse(() => {});
    const keys = [key('2', '/'), key('3', `/docker/${ID}`), key('3', `/docker/${ID}`), key('4', '/mine'), key('5', '/init.scope')];
    for (const each of keys) cgroups.add(each);
    expect(cgroups.counts).toEqual({ ...none, host: 1, container: 1, unresolved: 1, service: 1 });
    cgroups.remove(keys[1]!);
    expect(cgroups.counts).toMatchObject({ container: 1 });
    for (const i of [0, 2, 3, 4]) cgroups.remove(keys[i]!);
    expect(cgroups.counts).toEqual(none);
  });

  it('tells the paths that are not understood', () => {
    const told: string[] = [];
    const cgroups = new CgroupsInUse((path) => told.push(path));
    for (const each of [key('3', '/mine'), key('3', '/mine'), key('4', undefined), key('5', '/')]) cgroups.add(each);
    expect(told).toEqual(['/mine']);
  });

  it('leaves out what has no cgroup', () => {
    const cgroups = new CgroupsInUse(() => {});
    cgroups.add(key('0', undefined));
    cgroups.remove(key('0', undefined));
    cgroups.add({ ...key('1', undefined), whose: 'kernel' });
    expect(cgroups.counts).toEqual(none);
  });

  it('follows a path that comes after the first key', () => {
    const cgroups = new CgroupsInUse(() => {});
    const [early, late] = [key('3', undefined), key('3', `/docker/${ID}`)];
    cgroups.add(early);
    expect(cgroups.counts).toEqual({ ...none, unresolved: 1 });
    cgroups.add(late);
    expect(cgroups.counts).toEqual({ ...none, container: 1 });
    cgroups.add(early);
    expect(cgroups.counts).toEqual({ ...none, container: 1 });
    for (const each of [early, early, late]) cgroups.remove(each);
    expect(cgroups.counts).toEqual(none);
  });

  it('works a forgotten path out again', () => {
    const paths = Array.from({ length: 5000 }, (_, i) => `/lxc/c${i}`);
    const ids = () => paths.map((cgroupPath) => (cgroupOf(key('9', cgroupPath)) as { id?: string }).id);
    const expected = paths.map((_, i) => `c${i}`);
    expect(ids()).toEqual(expected);
    expect(ids()).toEqual(expected);
  });
});

describe('peerOf', () => {
  it('is address and port of whom a client connects to', () => {
    expect(peerOf(client)).toEqual({ 'server.address': '10.0.0.1', 'server.port': 443 });
    expect(peerOf(client)).toBe(peerOf(client));
  });

  it('is nothing for a server', () => {
    expect(peerOf({ ...client, role: 'server', address: '', port: 80 })).toEqual({});
  });
});

describe('identify', () => {
  it('does not depend on the order', () => {
    expect(identify({ a: 'x', b: 1 })).toBe(identify({ b: 1, a: 'x' }));
  });

  it('keeps sets apart whose values look like separators', () => {
    expect(identify({ a: 'x;b=1:y' })).not.toBe(identify({ a: 'x', b: 'y' }));
  });
});
