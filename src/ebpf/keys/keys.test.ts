import { describe, expect, it } from 'vitest';
import type { CgroupPaths } from './cgroups.ts';
import { formatAddress, Keys } from './keys.ts';

const v4 = (...tail: number[]) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...tail);

interface Written {
  readonly role?: number;
  readonly whose?: number;
  readonly fold?: number;
  readonly name?: string;
}

/** Writes a key like the addon (native/keys/details.h). */
function writeKey(to: ArrayBuffer, { role = 1, whose = 1, fold = 0, name = 'app' }: Written): void {
  const [view, bytes] = [new DataView(to), new Uint8Array(to)];
  view.setBigUint64(0, 12n, true);
  bytes.set(v4(10, 0, 0, 1), 8);
  view.setUint32(24, 4_026_531_840, true);
  view.setUint32(28, 3, true);
  view.setUint16(32, 443, true);
  bytes.set([role, fold, whose], 34);
  view.setUint16(38, name.length, true);
  bytes.set(Buffer.from(name, 'latin1'), 40);
}

function keysOf(written: Record<number, Written>, paths = new Map<string, CgroupPaths>([['12', { cgroupPath: '/system.slice/app.service' }]])) {
  const details = new ArrayBuffer(360);
  const source = {
    details,
    readKey(id: number) {
      if (written[id] !== undefined) writeKey(details, written[id]);
      return written[id] !== undefined;
    },
    readProcess(number: number) {
      const view = new DataView(details);
      view.setBigUint64(0, 5n, true);
      view.setBigUint64(8, 12n, true);
      view.setUint32(16, 7, true);
      new Uint8Array(details).set(Buffer.from('a\nb\xff\0rest of it ', 'latin1').subarray(0, 16), 20);
      return number === 1;
    },
    readOwner(low: number, high: number) {
      return low === 3 && this.readProcess(high);
    },
  };
  return new Keys(source, paths);
}

describe('Keys', () => {
  it('says what a number stands for', () => {
    const keys = keysOf({ 1: {}, 2: { role: 2, name: 'b\xff' } });
    expect(keys.get(1)).toEqual({
      id: 1,
      role: 'client',
      whose: 'process',
      executable: 'app',
      command: undefined,
      workload: 3,
      cgroup: '12',
      cgroupPath: '/system.slice/app.service',
      netns: 4_026_531_840,
      address: '10.0.0.1',
      port: 443,
      clientRange: 0,
      fold: 'none',
    });
    expect(keys.get(2)).toMatchObject({ role: 'server', address: '', executable: 'b\\xff' });
    expect(keysOf({ 1: { name: 'python3.11\0serve.py' } }).get(1)).toMatchObject({ executable: 'python3.11', command: 'serve.py' });
    expect(keys.side(2)).toEqual({ role: 'server', netns: 4_026_531_840 });
    expect([keys.get(3), keys.side(3)]).toEqual([undefined, undefined]);
  });

  it.each([
    [0, 'unknown', undefined],
    [1, 'process', 'app'],
    [2, 'kernel', '[kernel]'],
    [3, 'folded', '[folded]'],
  ])('of %i is %s', (whose, word, executable) => {
    expect(keysOf({ 1: { whose } }).get(1)).toMatchObject({ whose: word, executable });
  });

  it.each([
    [1, 'peer'],
    [2, 'workload'],
    [3, 'workload'],
  ])('of fold %i stands for several: %s', (fold, word) => {
    expect(keysOf({ 1: { fold } }).get(1)).toMatchObject({ fold: word, address: '' });
  });

  it('has the names that are known when it is asked', () => {
    const paths = new Map<string, CgroupPaths>();
    const keys = keysOf({ 1: {} }, paths);
    expect(keys.get(1)?.cgroupPath).toBeUndefined();
    paths.set('12', { cgroupPath: '/', cgroupPathV1: '/docker/x' });
    expect(keys.get(1)).toMatchObject({ cgroupPath: '/', cgroupPathV1: '/docker/x' });
  });

  it('says what a process is', () => {
    const keys = keysOf({});
    expect(keys.process(1)).toEqual({ pid: 7, startTime: 5n, cgroup: '12', comm: 'a\nb\\xff' });
    expect(keys.process(2)).toBeUndefined();
    expect(keys.owner(3, 1)).toEqual(keys.process(1));
    expect(keys.owner(3, 2)).toBeUndefined();
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
