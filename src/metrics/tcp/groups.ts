// Metrics that count together. Of those with the same attributes the first one's table decides what gets a series.

export const CONNECTS = [
  'connwatch.tcp.connect.attempts',
  'connwatch.tcp.connect.successes',
  'connwatch.tcp.connect.failures',
  'connwatch.tcp.connect.pending',
  'connwatch.window.connects',
] as const;

export const ACCEPTS = ['connwatch.tcp.accepts', 'connwatch.window.accepts'] as const;

export const LISTENERS = [
  'connwatch.tcp.listen.overflows',
  'connwatch.tcp.listen.syn_drops',
  'connwatch.tcp.listen.queue.length',
  'connwatch.tcp.listen.queue.limit',
] as const;

export const QUANTILES = [
  'connwatch.window.connect.duration.p50',
  'connwatch.window.connect.duration.p95',
  'connwatch.window.connect.duration.p99',
] as const;
