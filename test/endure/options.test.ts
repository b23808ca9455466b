import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const KNOWN = ['a', 'b', 'soak', 'fuzz'];

describe('arguments of npm run endure', () => {
  it('are all parts, minutes long, when there are none', () => {
    const usual = { parts: KNOWN, soak: 120_000, rate: 20_000, inputs: 20_000, json: false, write: false, list: false, help: false };
    expect(parseOptions([], KNOWN)).toEqual(usual);
  });

  it('name parts, one by one or with commas, in any order', () => {
    expect(parseOptions(['--only', 'soak,b', '--only=a'], KNOWN).parts).toEqual(['a', 'b', 'soak']);
  });

  it('make it hours', () => {
    expect(parseOptions(['--soak', '4h', '--inputs', '1000000'], KNOWN)).toMatchObject({ soak: 14_400_000, inputs: 1_000_000 });
  });

  it.each([
    [['--only', 'c'], "there is no fault or part 'c'"],
    [['--soak', '5'], '--soak 5: it has no unit'],
    [['--soak', '3s'], 'at least 20s'],
    [['--rate', '0'], '--rate 0: it is not a whole number above 0'],
    [['--sock', '4h'], "Unknown option '--sock'"],
  ])('%j is refused', (args, why) => {
    expect(() => parseOptions(args, KNOWN)).toThrow(why);
  });
});
