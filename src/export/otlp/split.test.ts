import { expect, it } from 'vitest';
import { collection, counter, pointsOf } from './fixtures.ts';
import { split } from './split.ts';

const many = (count: number, prefix = 'k') => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, i]));
const sizes = (...args: Parameters<typeof split>) => [...split(...args)].map((batch) => pointsOf(batch).length);

it.each([
  [0, []],
  [1, [1]],
  [10, [10]],
  [11, [10, 1]],
  [30, [10, 10, 10]],
])('%i points in batches of at most ten', (count, expected) => {
  expect(sizes(collection(counter('a', many(count))), { points: 10 })).toEqual(expected);
});

it('keeps every point, in order, with its metric, scope and resource', () => {
  const whole = collection(counter('a', many(7)), counter('empty', {}), counter('b', many(9)));
  const second = { scope: { name: 'other', version: '1' }, metrics: [counter('c', many(3))] };
  const collected = { ...whole, scopeMetrics: [...whole.scopeMetrics, second] };
  const batches = [...split(collected, { points: 4 })];
  expect(batches.flatMap((batch) => pointsOf(batch))).toEqual(pointsOf(collected));
  expect(batches.map((batch) => batch.scopeMetrics.map(({ scope, metrics }) => [scope.name, ...metrics.map(({ descriptor }) => descriptor.name)]))).toEqual([
    [['scope', 'a']],
    [['scope', 'a', 'b']],
    [['scope', 'b']],
    [['scope', 'b']],
    [['other', 'c']],
  ]);
  for (const batch of batches) expect(batch.resource).toBe(whole.resource);
});

it('counts bytes: long names make small batches, and one that is too long goes alone', () => {
  const long = (count: number) => collection(counter('a', many(count, 'x'.repeat(1000))));
  expect(sizes(long(30), { bytes: 11_500 })).toEqual([10, 10, 10]);
  expect(sizes(long(3), { bytes: 100 })).toEqual([1, 1, 1]);
  // Characters of several bytes.
  expect(sizes(collection(counter('a', many(30, '\u20ac'.repeat(333)))), { bytes: 11_500 })).toEqual([10, 10, 10]);
});

it('splits by 5000 points when nothing else is said', () => {
  expect(sizes(collection(counter('a', many(12_000))))).toEqual([5000, 5000, 2000]);
});
