import { expect, it } from 'vitest';
import { Overflows } from './overflows.ts';

/** Windows of 5 s as [the kernel's total, drops, guess, overflows that come out, age of the scan, the kernel's total of drops]. */
it.each<[string, [total: number | undefined, drops: number, guess: number, found: number, age?: number, ever?: number][]]>([
  ['none in the window: none of its drops is one', [[7, 0, 0, 0], [7, 5, 5, 0]]],
  ['as many as drops: all are', [[7, 0, 0, 0], [12, 5, 0, 5]]],
  ['fewer than drops', [[7, 0, 0, 0], [9, 5, 5, 2]]],
  ['of drops that come a window later', [[0, 0, 0, 0], [4, 1, 0, 1], [4, 9, 9, 3], [4, 9, 9, 0]]],
  ['of drops that never come: forgotten when a scan has begun after them', [[0, 0, 0, 0], [4, 0, 0, 0], [5, 0, 0, 0], [5, 9, 0, 1]]],
  ['of drops that a late scan finds three windows later', [[0, 0, 0, 0], [4, 0, 0, 0, 1], [4, 0, 0, 0, 6], [6, 0, 0, 0, 11], [6, 9, 0, 6, 1], [6, 1, 1, 0]]],
  ['the old ones are used first', [[0, 0, 0, 0], [4, 0, 0, 0], [6, 5, 0, 5], [6, 5, 0, 1], [6, 5, 0, 0]]],
  ['at the first look by the queues, but never more than there were', [[3, 5, 5, 3], [3, 5, 5, 0]]],
  ['at the first look of a namespace that never had any', [[0, 5, 5, 0]]],
  ['at the first look of a namespace whose drops all were overflows', [[30, 30, 0, 30, 1, 30], [30, 5, 5, 0, 1, 35], [33, 5, 0, 3, 1, 40]]],
  ['at the first look of one that had others', [[30, 9, 4, 4, 1, 31]]],
  ['by the queues while the kernel cannot be asked', [[undefined, 5, 4, 4], [9, 5, 4, 4], [9, 5, 4, 0], [undefined, 5, 4, 4]]],
  ['of more windows than are told apart', [[0, 0, 0, 0], ...Array.from({ length: 200 }, (_, i): [number, number, number, number, number] => [i + 1, 0, 0, 0, 2000]), [200, 300, 0, 200]]],
])('%s', (_, windows) => {
  const overflows = new Overflows();
  windows.forEach(([total, drops, guess, expected, age = 1, ever], i) => {
    const end = 1_000_000 + i * 5000;
    overflows.next(total, end, end - age * 1000, ever);
    expect(overflows.among(drops, guess), `window ${i}`).toBe(expected);
  });
});
