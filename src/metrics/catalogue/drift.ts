import type { Metric } from './metric.ts';

// By network namespace, which come and go: produced like the families, but bounded by MOST_NAMESPACES.

const agent = { kind: 'gauge', attributes: ['counter', 'netns'], stability: 'stable', section: 'agent' } as const;

export const drift: Metric = {
  ...agent,
  name: 'connwatch.drift',
  unit: '{connection}',
  description: "The agent's total minus the kernel's own, since a common moment, in a network namespace",
};
export const driftAge: Metric = {
  ...agent,
  name: 'connwatch.drift.age',
  unit: 's',
  description: 'How long ago the drift was computed: it is held while the kernel is counting',
};
