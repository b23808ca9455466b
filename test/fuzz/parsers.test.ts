import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parser } from './parser.ts';
import { fuzzParser, PARSERS } from './run.ts';

/** Many more by `npm run endure -- --only fuzz`. */
const INPUTS = 300;

// On a busy machine the YAML parser takes more than a test's usual 5 s.
describe('any input', { timeout: 120_000 }, () => {
  it.each(PARSERS.map((each) => [each.what, each] as const))('%s', async (what, each) => {
    expect(await fuzzParser(each, INPUTS)).toEqual({ what, by: 'fast-check', state: 'yes', inputs: INPUTS, failures: 0 });
  });
});

describe('a parser that fails', () => {
  it('is found, with an input, the seed and the error', async () => {
    const wrong = parser('wrong', fc.nat(), (value) => {
      if (value > 10) throw new TypeError('too large');
      return true;
    });
    expect(await fuzzParser(wrong, 1000, 7)).toMatchObject({ state: 'no', failures: 1, why: '[11] (seed 7): too large' });
  });
});
