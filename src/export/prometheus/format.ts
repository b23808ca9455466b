import { type MetricData, DataPointType } from '@opentelemetry/sdk-metrics';
import { type PrometheusType, prometheusName, unitWord } from '../../metrics/index.ts';
import { escapeHelp } from './labels.ts';
import { leText } from './numbers.ts';

/** Names of a metric in all formats. */
export interface Naming {
  readonly type: PrometheusType;
  /** Name of its samples; for a histogram without `_bucket`, `_sum`, `_count`. */
  readonly sample: string;
  /** Unit suffix, if the name has one. */
  readonly unit: string | undefined;
  readonly help: string;
}

/** The differences between the exposition formats. */
export interface Format {
  /** Media type in Accept and Content-Type. */
  readonly type: string;
  readonly version: string;
  readonly contentType: string;
  /** The lines before the samples of a metric. */
  header(this: void, naming: Naming): string;
  /** Text of a bucket's bound. */
  le(this: void, bound: number): string;
  /** Name of the samples with creation times; undefined if the format has none. */
  created(this: void, naming: Naming): string | undefined;
  /** Text after the last metric. */
  readonly end: string;
}

/** The text format, https://prometheus.io/docs/instrumenting/exposition_formats/. It has no units and no creation times. */
export const TEXT: Format = {
  type: 'text/plain',
  version: '0.0.4',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  header: ({ sample, type, help }) => `${help === '' ? '' : `# HELP ${sample} ${escapeHelp(help)}\n`}# TYPE ${sample} ${type}\n`,
  le: leText,
  created: () => undefined,
  end: '',
};

export function namingOf(metric: MetricData): Naming {
  const { descriptor } = metric;
  const type = typeOf(metric);
  return { type, sample: prometheusName(descriptor, type), unit: unitWord(descriptor, type), help: descriptor.description };
}

function typeOf(metric: MetricData): PrometheusType {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}
