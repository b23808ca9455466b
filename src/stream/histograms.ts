export { EXPONENTIAL, EXPONENTIAL_SCALE, type ExponentialRange, exponentialBounds, HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../words/columns.ts';

/** Finds the bucket of `value` by binary search. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= bounds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
