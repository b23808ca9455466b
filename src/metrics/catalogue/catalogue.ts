import { drift, driftAge } from './drift.ts';
import type { Metric } from './metric.ts';
import { self } from './self.ts';
import { families } from './tcp.ts';

/** Every metric, in the order of /metrics and docs/metrics.md. */
export const CATALOGUE: readonly Metric[] = [...families, drift, driftAge, ...Object.values(self)];

/** The scope of all metrics. */
export const SCOPE = 'connwatch';
