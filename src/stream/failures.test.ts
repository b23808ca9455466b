import { expect, it } from 'vitest';
import { EVENT_OFFSETS, EVENT_SIZE, FLAG, KIND } from '../ebpf/layout.ts';
import type { Batch } from '../ebpf/types.ts';
import { LOSS_CLASS } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { FailureTap } from './failures.ts';

const ADDRESS = Uint8Array.from({ length: 16 }, (_, n) => n + 1);
const REFUSED = OUTCOMES.indexOf('refused');

function batch(records: readonly { key?: number; kind?: number; outcome?: number; flags?: number }[]): Batch {
  const bytes = new Uint8Array(records.length * EVENT_SIZE);
  const view = new DataView(bytes.buffer);
  records.forEach(({ kind = KIND.connect, outcome = REFUSED, flags = 0 }, i) => {
    const at = i * EVENT_SIZE;
    view.setUint8(at + EVENT_OFFSETS.kind, kind);
    view.setUint8(at + EVENT_OFFSETS.outcome, outcome);
    view.setUint16(at + EVENT_OFFSETS.flags, flags, true);
    bytes.set(ADDRESS, at + EVENT_OFFSETS.raddr);
    view.setUint16(at + EVENT_OFFSETS.rport, 443, true);
    view.setUint16(at + EVENT_OFFSETS.error, 300 + i, true);
    view.setUint8(at + EVENT_OFFSETS.syn_retransmits, 2);
    view.setBigUint64(at + EVENT_OFFSETS.duration, 5_000_000_000n, true);
    view.setBigUint64(at + EVENT_OFFSETS.time, 2n ** 40n, true);
  });
  return { length: records.length, bytes, words: new Uint32Array(bytes.buffer), keys: Uint32Array.from(records, ({ key = 7 }) => key), leftOut: 0, untapped: 0, cut: undefined };
}

it('copies what a failed connect says', () => {
  const tap = new FailureTap(10, () => 0);
  const records = batch([{ key: 3 }, { flags: FLAG.noSyn }]);
  const [first, second] = tap.take(records);
  records.bytes.fill(0);
  expect(first).toEqual({ time: 2 ** 40, pid: 0, key: 3, address: ADDRESS, port: 443, outcome: 'refused', errno: 300, seconds: 5, syns: 3 });
  expect(second).toMatchObject({ key: 7, errno: 301, syns: 0 });
});

it('takes failed connects only', () => {
  const tap = new FailureTap(10, () => 0);
  expect(tap.take(batch([{ outcome: 0 }, { kind: KIND.accept }, { kind: KIND.close }, { kind: KIND.flow }]))).toEqual([]);
  expect(tap.leftOut).toBe(0);
});

it('keeps to its rate, and counts the others', () => {
  let now = 0;
  const tap = new FailureTap(4, () => now);
  const ten = batch(Array.from({ length: 10 }, () => ({})));
  expect([tap.take(ten).length, tap.leftOut]).toEqual([4, 6]);
  expect([tap.take(ten).length, tap.leftOut]).toEqual([0, 16]);
  now = 500;
  expect([tap.take(ten).length, tap.leftOut]).toEqual([2, 24]);
  // A long pause allows no more than a second's worth at once.
  now = 60_000;
  expect([tap.take(ten).length, tap.leftOut]).toEqual([4, 30]);
});

it('takes and counts nothing when it is off', () => {
  const tap = new FailureTap(0, () => 0);
  expect([tap.take({ ...batch([{}]), leftOut: 5 }), tap.leftOut]).toEqual([[], 0]);
});

it('counts those that have no record in the batch', () => {
  const tap = new FailureTap(1, () => 0);
  expect([tap.take({ ...batch([{}]), leftOut: 5 }).length, tap.leftOut]).toEqual([1, 5]);
});

it('counts those that the kernel has added up by itself, and no other records', () => {
  const what = Uint8Array.from([0, REFUSED, LOSS_CLASS.accept, OUTCOMES.length - 1]);
  const folded = { rows: what.length, what, count: Float64Array.from(what, (_, row) => 10 ** row) };
  const tap = new FailureTap(1, () => 0);
  tap.leaveOut(folded);
  expect(tap.leftOut).toBe(1010);
  const off = new FailureTap(0, () => 0);
  off.leaveOut(folded);
  expect(off.leftOut).toBe(0);
});
