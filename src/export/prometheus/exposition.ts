import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { CATALOGUE, type PrometheusType, prometheusName } from '../../metrics/index.ts';
import { ByteWriter } from './bytes.ts';
import { HistogramLines } from './histogram-lines.ts';
import { escapeHelp } from './labels.ts';
import { LineStarts, lineStart } from './line-starts.ts';
import { writeNumber } from './numbers.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const NEWLINE = 10;
const ORDER = new Map(CATALOGUE.map((metric, index) => [metric.name, index]));

interface Family {
  readonly header: Buffer;
  readonly starts: LineStarts;
  readonly histograms: HistogramLines;
}

/**
 * Writes a collection as Prometheus text 0.0.4. What is the same from page to
 * page is kept as bytes: headers, and each line up to its value, which is why series
 * keep their attributes object. A line is then one copy and a number.
 *
 * Left out: the scope labels (one scope, and a quarter more bytes), time
 * stamps, and `# UNIT`, which this format does not know. Families come in the
 * order of the catalogue, without those that have no points; exponential
 * histograms, which this format can't say, are left out too.
 */
export class Exposition {
  readonly #families = new Map<string, Family>();
  // A page is about as long as the one before.
  #capacity = 16384;

  write({ resource, scopeMetrics }: ResourceMetrics): Buffer {
    const out = new ByteWriter(this.#capacity);
    this.#target(out, resource.attributes);
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
    for (const metric of metrics.sort(byCatalogue)) this.#metric(out, metric);
    this.#capacity = Math.ceil(out.length * 1.1) + 1024;
    return out.take();
  }

  #target(out: ByteWriter, attributes: Attributes): void {
    out.ascii('# HELP target_info Who tells these metrics\n# TYPE target_info gauge\n');
    out.text(lineStart('target_info', attributes));
    out.ascii('1\n');
  }

  #metric(out: ByteWriter, metric: MetricData): void {
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM || metric.dataPoints.length === 0) return;
    const family = this.#family(metric);
    out.bytes(family.header);
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      family.histograms.write(metric.dataPoints, out);
      return;
    }
    const points = metric.dataPoints;
    family.starts.prepare(points);
    for (let i = 0; i < points.length; i++) {
      family.starts.copy(i, out);
      writeNumber(out, points[i]!.value);
      out.byte(NEWLINE);
    }
  }

  #family(metric: MetricData): Family {
    const { descriptor } = metric;
    const type = typeOf(metric);
    const key = `${type} ${descriptor.name} ${descriptor.unit}`;
    let family = this.#families.get(key);
    if (family === undefined) {
      const name = prometheusName(descriptor, type);
      const help = descriptor.description === '' ? '' : `# HELP ${name} ${escapeHelp(descriptor.description)}\n`;
      const header = Buffer.from(`${help}# TYPE ${name} ${type}\n`);
      const starts = new LineStarts((attributes) => lineStart(name, attributes));
      family = { header, starts, histograms: new HistogramLines(name) };
      this.#families.set(key, family);
    }
    return family;
  }
}

function typeOf(metric: MetricData): PrometheusType {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

function byCatalogue(a: MetricData, b: MetricData): number {
  const end = ORDER.size;
  return (ORDER.get(a.descriptor.name) ?? end) - (ORDER.get(b.descriptor.name) ?? end);
}
