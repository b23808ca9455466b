import { describe, expect, it } from 'vitest';
import { difference, paired, percentMore, ratio, spread } from './statistics.ts';

describe('spread', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3, runs: 1 }],
    [[9, 1, 5], { median: 5, min: 1, max: 9, runs: 3 }],
    [[4, 1, 100, 2], { median: 3, min: 1, max: 100, runs: 4 }],
    [[10, 9, 100], { median: 10, min: 9, max: 100, runs: 3 }],
  ])('of %j', (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });

  it('leaves what it is given as it is', () => {
    const values = [2, 1];
    spread(values);
    expect(values).toEqual([2, 1]);
  });

  it('refuses nothing', () => {
    expect(() => spread([])).toThrow('nothing was measured');
  });
});

describe('paired', () => {
  // A machine that is ten times slower in the second round: each pair says the same.
  const [on, off] = [[104, 1040], [100, 1000]];

  it.each([
    ['a ratio', ratio, 1.04, 1.04],
    ['percent', percentMore, 4, 4],
    ['a difference', difference, 4, 40],
  ])('is %s of each pair', (_, combine, min, max) => {
    const found = paired(on, off, combine);
    expect([found.min, found.max].map((value) => Number(value.toFixed(9)))).toEqual([min, max]);
    expect(found.runs).toBe(2);
  });

  it('refuses what are no pairs', () => {
    expect(() => paired([1, 2], [1], ratio)).toThrow('2 and 1 are no pairs');
  });
});
