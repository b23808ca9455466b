/**
 * Upper bounds of the histograms' buckets, seconds. A value goes into the first bucket whose bound
 * is not below it; a value above all bounds goes into the last bucket.
 */

/** Handshakes and round trips. The later bounds lie just above the times of SYN retransmissions (1, 3, 7 s, ...). */
export const HANDSHAKE_BOUNDS: readonly number[] = [
  50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 1.1, 3.1, 7.2, 15, 31, 63, 127,
];

/** Lifetimes of connections: 1 ms to 7 days. */
export const LIFE_BOUNDS: readonly number[] = [
  1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 259_200, 604_800,
];

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

/** Finds the bucket of `value`. Tries `hint` first, because consecutive records often have the same bucket. */
export function bucketNear(bounds: readonly number[], value: number, hint: number): number {
  if (hint < bounds.length && value <= bounds[hint]! && (hint === 0 || value > bounds[hint - 1]!)) return hint;
  return bucketOf(bounds, value);
}
