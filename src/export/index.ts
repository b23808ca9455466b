export type { Handler, Metrics, MetricsOptions } from './types.ts';
