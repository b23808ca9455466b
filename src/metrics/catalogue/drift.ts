import type { Metric } from './metric.ts';

// By network namespace. Namespaces come and go, so a producer makes these; MOST_NAMESPACES is the limit.

const agent = { kind: 'gauge', attributes: ['counter', 'netns', 'netns.type'], stability: 'stable', section: 'agent' } as const;

export const drift: Metric = {
  ...agent,
  name: 'connwatch.drift',
  unit: '{connection}',
  description: "The agent's total minus the kernel's own counter, since a common starting point, in a network namespace. netns_type is host for the host's",
};
export const driftAge: Metric = {
  ...agent,
  name: 'connwatch.drift.age',
  unit: 's',
  description: 'Age of the drift: it is computed only when the kernel counter stands still',
};
