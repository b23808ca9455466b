import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS, bucketNear, bucketOf } from './histograms.ts';

it.each([
  ['handshakes', HANDSHAKE_BOUNDS],
  ['lives', LIFE_BOUNDS],
])('finds the same bucket whatever the hint: %s', (_, bounds) => {
  const value = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(...bounds));
  const hint = fc.nat({ max: bounds.length });
  fc.assert(fc.property(value, hint, (seconds, near) => bucketNear(bounds, seconds, near) === bucketOf(bounds, seconds)));
});

it('takes a bound for the end of its bucket', () => {
  expect([0, 50e-6, 51e-6, 127, 128].map((seconds) => bucketOf(HANDSHAKE_BOUNDS, seconds))).toEqual([0, 0, 1, 20, 21]);
});
