import { expect, it } from 'vitest';
import { HANDSHAKE_BOUNDS, bucketOf } from './histograms.ts';

it('takes a bound for the end of its bucket', () => {
  expect([0, 50e-6, 51e-6, 127, 128].map((seconds) => bucketOf(HANDSHAKE_BOUNDS, seconds))).toEqual([0, 0, 1, 20, 21]);
});
