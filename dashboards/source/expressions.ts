/* PromQL that several panels share. `where` is a list of label matchers, such as `instance=~"$instance"`. */

export const FAILED = 'error_type!="cancelled"';
/** What has a series of its own. */
const NAMED = 'otel_metric_overflow=""';

const list = (...matchers: readonly string[]) => matchers.filter((matcher) => matcher !== '').join(', ');

/** Events per second of a counter, by labels. */
export function perSecond(counter: string, where: string, by: readonly string[], more = ''): string {
  return `sum by (${by.join(', ')}) (rate(connwatch_${counter}{${list(where, more)}}[$__rate_interval]))`;
}

/** Events of a counter in the range of the dashboard, by labels; those that happened at all. */
export function inRange(counter: string, where: string, by: readonly string[], more = ''): string {
  return `sum by (${by.join(', ')}) (increase(connwatch_${counter}{${list(where, more)}}[$__range])) > 0`;
}

/** A gauge, by labels. */
export function now(gauge: string, where: string, by: readonly string[], more = ''): string {
  return `sum by (${by.join(', ')}) (connwatch_${gauge}{${list(where, more)}})`;
}

/** A quantile of a histogram of seconds, by labels. */
export function quantile(share: number, histogram: string, where: string, by: readonly string[]): string {
  return `histogram_quantile(${share}, ${perSecond(`${histogram}_seconds_bucket`, where, ['le', ...by])})`;
}

/**
 * The share of ended connects that failed, by labels. Without those above the series limit, because the two series of these
 * have the same labels.
 */
export function failureRatio(where: string, by: readonly string[]): string {
  const ended = `{__name__=~"connwatch_tcp_connect_(successes|failures)_total", ${list(where, FAILED, NAMED)}}`;
  const ratio = (range: string) =>
    `sum by (${by.join(', ')}) (rate(connwatch_tcp_connect_failures_total{${list(where, FAILED, NAMED)}}[${range}])) / sum by (${by.join(', ')}) (rate(${ended}[${range}]))`;
  return ratio('$__rate_interval');
}

export const top = (count: number, expr: string) => `topk(${count}, ${expr})`;
