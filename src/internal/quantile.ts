/**
 * The quantile as estimated by Prometheus' histogram_quantile: linear within the bucket
 * of the rank, from 0 in the first one; the highest bound above all bounds. NaN for an
 * empty histogram.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantileOf(quantile: number, bounds: readonly number[], counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (total === 0) return NaN;
  const rank = quantile * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i]!;
    if (below + count >= rank) {
      const start = i === 0 ? 0 : bounds[i - 1]!;
      return start + (bounds[i]! - start) * ((rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1)!;
}
