import { type MetricData, DataPointType } from '@opentelemetry/sdk-metrics';
import { type PrometheusType, prometheusName, unitWord } from '../../metrics/index.ts';
import { escapeHelp } from './labels.ts';
import { leText } from './numbers.ts';

/** How a family is called, in all formats. */
export interface Naming {
  readonly type: PrometheusType;
  /** What its samples are called, of a histogram without `_bucket`, `_sum`, `_count`. */
  readonly sample: string;
  /** The unit's word, if the name has it. */
  readonly unit: string | undefined;
  readonly help: string;
}

/** What differs between the formats of a page. */
export interface Format {
  /** What clients ask for, and what they are told that they got. */
  readonly type: string;
  readonly version: string;
  readonly contentType: string;
  /** The lines before the samples of a family. */
  header(this: void, naming: Naming): string;
  /** The bound of a bucket. */
  le(this: void, bound: number): string;
  /** What the samples of creation times are called; undefined where the format has none. */
  created(this: void, naming: Naming): string | undefined;
  /** After the last family. */
  readonly end: string;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/: no units, no creation times. */
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
