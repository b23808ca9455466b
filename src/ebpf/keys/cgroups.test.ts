import { describe, expect, it } from 'vitest';
import { CgroupTable, cgroupPath } from './cgroups.ts';

const names = (...parts: string[]): Uint8Array => Buffer.from(parts.map((part) => `${part}\0`).join(''), 'latin1');

describe('cgroupPath', () => {
  it.each([
    ['the root', [], false, '/'],
    ['from the innermost name to the outermost', ['nginx.service', 'system.slice'], false, '/system.slice/nginx.service'],
    ['one that is too deep', ['c', 'b'], true, '.../b/c'],
    ['bytes that are not UTF-8', ['a\xff', 'b\x1b'], false, '/b\\x1b/a\\xff'],
  ])('%s', (_, parts, cutOff, path) => {
    expect(cgroupPath({ names: names(...parts), cutOff })).toBe(path);
  });
});

describe('CgroupTable', () => {
  const nobody = (): ReadonlySet<string> => new Set();
  const tell = (table: CgroupTable, id: number): void => void table.add({ id: BigInt(id), names: names(`c${id}`), cutOff: false, namesV1: names(), cutOffV1: false });
  const fill = (table: CgroupTable, from: number, count: number): void => {
    for (let id = from; id < from + count; id++) tell(table, id);
  };

  it('takes the newest path of a number', () => {
    const table = new CgroupTable();
    tell(table, 1);
    table.add({ id: 1n, names: names('x'), cutOff: false, namesV1: names('y', 'z'), cutOffV1: true });
    expect([table.get('1'), table.get('2'), table.size]).toEqual([{ cgroupPath: '/x', cgroupPathV1: '.../z/y' }, undefined, 1]);
  });

  it('forgets those that were not asked for since long, when there are too many', () => {
    const table = new CgroupTable();
    fill(table, 1, 16_384);
    table.trim(() => {
      throw new Error('there is room');
    });
    expect(table.get('1')?.cgroupPath).toBe('/c1');
    tell(table, 16_385);
    table.trim(nobody);
    expect(table.size).toBe(12_288);
    expect(table.get('1')?.cgroupPath).toBe('/c1');
    expect(table.get('2')).toBeUndefined();
    expect(table.get('16385')?.cgroupPath).toBe('/c16385');
  });

  it('keeps what is in use, however long ago it was told', () => {
    const table = new CgroupTable();
    fill(table, 1, 20_000);
    table.trim(() => new Set(['5', '7']));
    expect(['4', '5', '6', '7'].map((id) => table.get(id)?.cgroupPath)).toEqual([undefined, '/c5', undefined, '/c7']);
  });
});
