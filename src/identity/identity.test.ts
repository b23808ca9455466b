import { describe, expect, it } from 'vitest';
import type { Key, ProcessInfo } from '../ebpf/types.ts';
import { identify, peerOf, workloadOf } from './index.ts';

const curl: ProcessInfo = { owner: '1', pid: 7, startTime: 1n, cgroup: 2n, comm: 'curl', executable: 'curl' };
const client: Key = {
  id: 1,
  role: 'client',
  process: curl,
  cgroup: '2',
  cgroupPath: undefined,
  netns: 1,
  address: '10.0.0.1',
  port: 443,
};

describe('workloadOf', () => {
  it.each([
    ['the executable, not the name', { ...curl, comm: 'pool-1' }, 'curl'],
    ['the kernel', { ...curl, executable: '[kernel]' }, '[kernel]'],
    ['nobody', undefined, '[unresolved]'],
  ])('%s', (_, process, name) => {
    expect(workloadOf({ process })).toEqual({ 'process.executable.name': name });
  });

  it('gives the same object for the same process', () => {
    expect(workloadOf(client)).toBe(workloadOf({ process: curl }));
    expect(workloadOf({ process: undefined })).toBe(workloadOf({ process: undefined }));
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
