import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type ExponentialHistogram, type Histogram, type MetricData, type ResourceMetrics, type ScopeMetrics } from '@opentelemetry/sdk-metrics';

export interface SplitLimits {
  /** @default 5000 */
  readonly points?: number;
  /** Estimated, before compression. @default 2 MiB: receivers refuse messages above 4 MiB by default */
  readonly bytes?: number;
}

type Point = MetricData['dataPoints'][number];

// Tags, lengths, two times and a value.
const POINT_BYTES = 64;
const METRIC_BYTES = 64;

/**
 * Splits a collection into parts that fit one request each. Counts bytes too, because a
 * process can have a long name. Leaves out metrics without points. Lazy: one batch
 * exists at a time.
 */
export function* split(collected: ResourceMetrics, limits: SplitLimits = {}): Generator<ResourceMetrics> {
  const { points: mostPoints = 5000, bytes: mostBytes = 2 << 20 } = limits;
  const { resource } = collected;
  let scopes: ScopeMetrics[] = [];
  let points = 0;
  let bytes = 0;
  for (const { scope, metrics } of collected.scopeMetrics) {
    let open: MetricData[] | undefined;
    for (const metric of metrics) {
      let taken: Point[] | undefined;
      for (const point of metric.dataPoints) {
        const size = sizeOf(metric, point);
        if (points > 0 && (points === mostPoints || bytes + size > mostBytes)) {
          yield { resource, scopeMetrics: scopes };
          [scopes, points, bytes, open, taken] = [[], 0, 0, undefined, undefined];
        }
        if (open === undefined) scopes.push({ scope, metrics: (open = []) });
        if (taken === undefined) {
          open.push({ ...metric, dataPoints: (taken = []) });
          bytes += METRIC_BYTES + Buffer.byteLength(metric.descriptor.name + metric.descriptor.description);
        }
        taken.push(point);
        points += 1;
        bytes += size;
      }
    }
  }
  if (points > 0) yield { resource, scopeMetrics: scopes };
}

function sizeOf({ dataPointType }: MetricData, { attributes, value }: Point): number {
  const size = POINT_BYTES + attributesSize(attributes);
  if (dataPointType === DataPointType.HISTOGRAM) return size + 24 * (value as Histogram).buckets.counts.length;
  if (dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) return size;
  const { positive, negative } = value as ExponentialHistogram;
  return size + 8 * (positive.bucketCounts.length + negative.bucketCounts.length);
}

function attributesSize(attributes: Attributes): number {
  let size = 0;
  for (const key in attributes) {
    const value = attributes[key];
    size += 16 + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  }
  return size;
}
