import { describe, expect, it } from 'vitest';
import { EVENT_OFFSETS, EVENT_SIZE, KIND } from '../ebpf/layout.ts';
import type { Batch } from '../ebpf/types.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { WindowFold } from './fold.ts';
import { COLUMN, COLUMNS } from './snapshot.ts';

function batch(records: { key: number; kind: number; outcome?: number }[]): Batch {
  const bytes = new Uint8Array(records.length * EVENT_SIZE);
  records.forEach(({ kind, outcome = 0 }, i) => {
    bytes[i * EVENT_SIZE + EVENT_OFFSETS.kind] = kind;
    bytes[i * EVENT_SIZE + EVENT_OFFSETS.outcome] = outcome;
  });
  const keys = Uint32Array.from(records, ({ key }) => key);
  return { length: records.length, bytes, words: new Uint32Array(bytes.buffer), keys, cut: undefined };
}

describe('WindowFold', () => {
  it('has a column for each outcome, accepts and closes', () => {
    const fold = new WindowFold();
    OUTCOMES.forEach((_, outcome) => {
      for (let n = 0; n <= outcome; n++) fold.add(batch([{ key: 7, kind: KIND.connect, outcome }]));
    });
    fold.add(batch([{ key: 7, kind: KIND.accept }, { key: 7, kind: KIND.close }, { key: 7, kind: KIND.close }]));
    const { rows, keys, counts } = fold.take();
    expect(rows).toBe(1);
    expect([...keys]).toEqual([7]);
    expect([...counts.subarray(0, COLUMN.noSyn)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]);
  });

  it('is empty after take, and again after the key comes back', () => {
    const fold = new WindowFold();
    fold.add(batch([{ key: 0, kind: KIND.accept }]));
    expect(fold.take().rows).toBe(1);
    expect(fold.take().rows).toBe(0);
    fold.add(batch([{ key: 0, kind: KIND.connect }]));
    const { counts, sums } = fold.take();
    expect([counts[COLUMN.connect], counts[COLUMN.accept], counts.length, Math.max(...sums)]).toEqual([1, 0, COLUMNS, 0]);
  });

  it('grows to the highest key and keeps what it had', () => {
    const fold = new WindowFold();
    fold.add(batch([{ key: 3, kind: KIND.accept }]));
    fold.add(batch([{ key: 131_072, kind: KIND.accept }]));
    const { keys, counts } = fold.take();
    expect([...keys]).toEqual([3, 131_072]);
    expect([counts[COLUMN.accept], counts[COLUMNS + COLUMN.accept]]).toEqual([1, 1]);
  });
});
