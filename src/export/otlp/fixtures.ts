import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

// Builders for tests: collections from a few words. Not part of the agent.

/** A counter whose points are `{key: value}`. */
export function counter(name: string, points: Record<string, number>, { start = 1, end = 2 } = {}): MetricData {
  return {
    descriptor: { name, description: '', unit: '', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: Object.entries(points).map(([key, value]): DataPoint<number> => ({ startTime: [start, 0], endTime: [end, 0], attributes: { key }, value })),
  };
}

export function collection(...metrics: MetricData[]): ResourceMetrics {
  return { resource: resourceFromAttributes({ 'service.name': 'test' }), scopeMetrics: [{ scope: { name: 'scope' }, metrics }] };
}

/** `name/key` to value, of all points. */
export function pointsOf(...batches: ResourceMetrics[]): [string, unknown][] {
  return batches.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor, dataPoints }) =>
        (dataPoints as DataPoint<unknown>[]).map(({ attributes, value }): [string, unknown] => [`${descriptor.name}/${String(attributes['key'])}`, value]),
      ),
    ),
  );
}
