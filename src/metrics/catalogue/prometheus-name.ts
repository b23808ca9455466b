/** What the name depends on; the SDK's descriptor and the catalogue's rows both fit. */
export interface Named {
  readonly name: string;
  readonly unit: string;
}

export type PrometheusType = 'counter' | 'gauge' | 'histogram';

// UCUM to Prometheus words, as the OpenTelemetry-to-Prometheus rules list them.
const WORDS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  Hz: 'hertz',
  '%': 'percent',
};

/**
 * The name on the page, the same that a Collector's prometheus exporter gives:
 * dots become underscores, the unit a suffix, counters end in `_total`.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function prometheusName(metric: Named, type: PrometheusType): string {
  const base = clean(metric.name).replace(/_total$/, type === 'counter' ? '' : '_total');
  const word = unitWord(metric, type);
  const withUnit = word === undefined || base.endsWith(`_${word}`) ? base : `${base}_${word}`;
  return type === 'counter' ? `${withUnit}_total` : withUnit;
}

/** The unit as a suffix; undefined where it adds none. */
export function unitWord({ unit }: Named, type: PrometheusType): string | undefined {
  return unit === '1' && type === 'gauge' ? 'ratio' : WORDS[unit];
}

/** A name of the characters that Prometheus allows; also for labels, which the caller keeps apart when they collide. */
export function clean(name: string): string {
  const legal = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/__+/g, '_');
  return /^[0-9]/.test(legal) ? `_${legal}` : legal;
}
