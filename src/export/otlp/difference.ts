import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';

type Buckets = ExponentialHistogram['positive'];

/** What was added to a histogram. Without min and max: those of the interval are unknown. */
export function histogramDifference(now: Histogram, before: Histogram): Histogram {
  const counts = now.buckets.counts.map((count, index) => count - (before.buckets.counts[index] ?? 0));
  return {
    buckets: { boundaries: now.buckets.boundaries, counts },
    sum: (now.sum ?? 0) - (before.sum ?? 0),
    count: now.count - before.count,
  };
}

/** The same for exponential buckets. The SDK lowers a scale as values spread, so `before` may have a higher one. */
export function exponentialDifference(now: ExponentialHistogram, before: ExponentialHistogram): ExponentialHistogram {
  const halvings = before.scale - now.scale;
  return {
    count: now.count - before.count,
    sum: (now.sum ?? 0) - (before.sum ?? 0),
    scale: now.scale,
    zeroCount: now.zeroCount - before.zeroCount,
    positive: minus(now.positive, before.positive, halvings),
    negative: minus(now.negative, before.negative, halvings),
  };
}

/** A bucket of `before` is part of the one whose index is its own, halved so many times and rounded down. */
function minus(now: Buckets, before: Buckets, halvings: number): Buckets {
  const bucketCounts = [...now.bucketCounts];
  before.bucketCounts.forEach((count, index) => {
    if (count > 0) bucketCounts[((before.offset + index) >> halvings) - now.offset]! -= count;
  });
  return { offset: now.offset, bucketCounts };
}
