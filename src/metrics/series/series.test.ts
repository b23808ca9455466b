import { describe, expect, it } from 'vitest';
import { SeriesTable, type Wanted } from './series.ts';

const BORN: [number, number] = [0, 0];
const want = (id: string, owner = id): Wanted => ({ id, owner, attributes: () => ({ id }) });

function fill(table: SeriesTable, count: number, owner?: string): number {
  let own = 0;
  for (let i = 0; i < count; i++) {
    const series = table.acquire(want(`${owner ?? ''}${i}`, owner), BORN);
    series.value += i;
    if (!table.isOverflow(series)) own++;
  }
  return own;
}

const sum = (table: SeriesTable): number => [...table].reduce((total, series) => total + series.value, 0);

describe('SeriesTable', () => {
  it('keeps to its limit and the sum stays true', () => {
    const table = new SeriesTable(100);
    expect(fill(table, 5000)).toBe(99);
    expect(table.size).toBe(100);
    expect([...table].length).toBe(100);
    expect(sum(table)).toBe((5000 * 4999) / 2);
    expect([...table].at(-1)?.attributes).toEqual({ 'otel.metric.overflow': 'true' });
  });

  it('gives one owner half of the places, the next one half of the rest', () => {
    const table = new SeriesTable(101);
    expect(fill(table, 1000, 'flooder')).toBe(50);
    expect(fill(table, 1000, 'second')).toBe(25);
    expect(fill(table, 1, 'newcomer')).toBe(1);
  });

  it('gives the same series for the same attributes, and what has a place keeps it', () => {
    const table = new SeriesTable(3);
    const first = table.acquire(want('a'), [7, 0]);
    fill(table, 10);
    expect(table.acquire(want('a'), [8, 0])).toBe(first);
    expect(first.born).toEqual([7, 0]);
  });

  it('frees the place of a retired series, once', () => {
    const table = new SeriesTable(2);
    const first = table.acquire(want('a', 'owner'), BORN);
    expect(table.isOverflow(table.acquire(want('b', 'owner'), BORN))).toBe(true);
    table.retire(first);
    table.retire(first);
    const second = table.acquire(want('b', 'owner'), BORN);
    expect(table.isOverflow(second)).toBe(false);
    table.retire(first);
    expect(table.get('b')).toBe(second);
    expect(table.size).toBe(2);
  });

  it('never retires the overflow series', () => {
    const table = new SeriesTable(2);
    const overflow = table.overflow(BORN);
    overflow.value = 5;
    table.retire(overflow);
    expect(sum(table)).toBe(5);
  });

  it.each([0, 1, 1.5, NaN])('refuses the limit %s', (limit) => {
    expect(() => new SeriesTable(limit)).toThrow(expect.objectContaining({ code: 'CW_USAGE' }));
  });
});
