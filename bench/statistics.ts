/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** @throws RangeError when there is none */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) throw new RangeError('nothing was measured');
  const median = sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
  return { median, min, max, runs: sorted.length };
}

/**
 * One value for each pair of measurements that were made one after the other:
 * what the machine did meanwhile is in both, and goes out of a ratio.
 */
export function paired(first: readonly number[], second: readonly number[], combine: (a: number, b: number) => number): Spread {
  if (first.length !== second.length) throw new RangeError(`${first.length} and ${second.length} are no pairs`);
  return spread(first.map((value, index) => combine(value, second[index]!)));
}

export const ratio = (a: number, b: number): number => a / b;
export const difference = (a: number, b: number): number => a - b;
/** How much more the first is, in percent of the second. */
export const percentMore = (a: number, b: number): number => (a / b - 1) * 100;
