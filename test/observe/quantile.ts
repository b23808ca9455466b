import type { Match, Page } from '../harness/scrape/exposition.ts';

/** What histogram_quantile() makes of the buckets of one series: linear within a bucket. */
export function quantileOf(page: Page, quantile: number, histogram: string, match: Match): number {
  const buckets = Object.entries(page.by('le', `${histogram}_bucket`, match))
    .map(([le, count]) => ({ le: Number(le.replace('+Inf', 'Infinity')), count }))
    .sort((a, b) => a.le - b.le);
  const rank = quantile * buckets.at(-1)!.count;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const [below, bucket] = [buckets[index - 1] ?? { le: 0, count: 0 }, buckets[index]!];
  return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}
