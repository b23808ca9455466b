import { describe, expect, it } from 'vitest';
import type { NativeProcess } from '../binding.ts';
import { ProcessTable } from './processes.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

function native(pid: number, sequence: number, comm = 'app'): NativeProcess {
  const owner = (BigInt(pid) << 32n) | BigInt(sequence);
  return { owner, pid, startTime: 5n, cgroup: 1n, comm: bytes(comm), exe: bytes('app\xff') };
}

describe('ProcessTable', () => {
  it('tells names in printable form', () => {
    const table = new ProcessTable();
    table.add(native(7, 2, 'a\nb'));
    expect(table.take((7n << 32n) | 2n)).toMatchObject({ pid: 7, comm: 'a\nb', executable: 'app\\xff' });
  });

  it('knows the kernel, and does not know what was never told', () => {
    const table = new ProcessTable();
    expect(table.take(1n)?.executable).toBe('[kernel]');
    expect(table.take(0n)).toBeUndefined();
    expect(table.take(99n)).toBeUndefined();
  });

  it('keeps an exited process for two cuts, and as long as a key refers to it', () => {
    const table = new ProcessTable();
    const { owner } = native(7, 2);
    table.add(native(7, 2));
    const info = table.take(owner);
    table.exit(owner);
    expect(table.cut()).toEqual([owner.toString()]);
    expect([table.cut(), table.cut(), table.cut()]).toEqual([[], [], []]);
    expect(table.size).toBe(1);
    table.release(info);
    table.cut();
    expect(table.size).toBe(0);
  });

  it('tells an exit once, however often it hears of it', () => {
    const table = new ProcessTable(() => false);
    table.add(native(7, 2));
    table.exit(native(7, 2).owner);
    table.exit(native(7, 2).owner);
    table.sweep();
    expect(table.cut()).toEqual([native(7, 2).owner.toString()]);
  });

  it('ends the one before when a pid comes under a new number: exec, a new name, or a pid used again', () => {
    const table = new ProcessTable();
    table.add(native(7, 2, 'sh'));
    table.add(native(7, 3, 'curl'));
    expect(table.cut()).toEqual([native(7, 2).owner.toString()]);
    expect(table.take(native(7, 3).owner)?.comm).toBe('curl');
  });

  it('is not moved by a process that is told twice', () => {
    const table = new ProcessTable();
    table.add(native(7, 2));
    table.add(native(7, 2));
    expect(table.cut()).toEqual([]);
    expect(table.size).toBe(1);
  });

  it('finds exits whose records were lost', () => {
    const table = new ProcessTable((pid) => pid === 8);
    table.add(native(7, 2));
    table.add(native(8, 3));
    table.sweep();
    expect(table.cut()).toEqual([native(7, 2).owner.toString()]);
  });
});
