import { describe, expect, it } from 'vitest';
import { SeriesTable, type Wanted } from './series.ts';

const BORN: [number, number] = [0, 0];
const want = (id: string, owner = id, part = ''): Wanted => ({ id, owner, part, attributes: () => ({ id }) });

function fill(table: SeriesTable, count: number, owner?: string, part?: (i: number) => string, name = owner): number {
  let own = 0;
  for (let i = 0; i < count; i++) {
    const series = table.acquire(want(`${name ?? ''}${i}`, owner, part?.(i)), BORN);
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

  it('gives one owner 80 % of the places, the next one 80 % of the rest', () => {
    const table = new SeriesTable(1001);
    // Of parts without end, of which none is over its own share.
    expect(fill(table, 5000, 'flooder', (i) => `${i}`)).toBe(800);
    expect(fill(table, 5000, 'second', (i) => `${i}`)).toBe(160);
    expect(fill(table, 1, 'newcomer')).toBe(1);
  });

  it('leaves room for other parts of an owner, and for others still', () => {
    const table = new SeriesTable(1001);
    expect(fill(table, 5000, 'host', () => 'flooder')).toBe(762);
    expect(fill(table, 30, 'host', () => 'quiet', 'quiet')).toBe(30);
    expect(fill(table, 100, 'other')).toBe(100);
  });

  it('counts what it refused', () => {
    const table = new SeriesTable(2);
    fill(table, 5, 'owner');
    fill(table, 5, 'owner');
    expect(table.refused).toBe(8);
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
