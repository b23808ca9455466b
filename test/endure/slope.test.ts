import { describe, expect, it } from 'vitest';
import { slopeOf } from './slope.ts';

const samples = (...values: number[]) => values.map((value, time) => ({ time, value }));

describe('slopeOf', () => {
  it.each([
    ['a line', [1, 3, 5, 7], 2, 0],
    ['what stays', [4, 4, 4], 0, 0],
    // By hand: squares of time 5, products 1; squares of what is left 1.8, by 4 - 2 degrees of freedom, by 5.
    ['what goes up and down', [2, 1, 3, 2], 0.2, Math.sqrt(0.18)],
  ])('%s', (_, values, perHour, error) => {
    const slope = slopeOf(samples(...values));
    expect(slope.perHour).toBeCloseTo(perHour, 9);
    expect(slope.error).toBeCloseTo(error, 9);
  });

  it('refuses what has none', () => {
    expect(() => slopeOf(samples(1, 2))).toThrow('2 samples');
    expect(() => slopeOf(Array.from({ length: 3 }, () => ({ time: 1, value: 1 })))).toThrow('one moment');
  });
});
