import { drift, driftAge } from './catalogue-drift.ts';
import { self } from './catalogue-self.ts';
import { families } from './catalogue-tcp.ts';
import type { Metric } from './metric.ts';

/** Every metric that exists, in the order of the page and of docs/metrics.md. */
export const CATALOGUE: readonly Metric[] = [...families, drift, driftAge, ...Object.values(self)];

/** The scope of all metrics. */
export const SCOPE = 'connwatch';
