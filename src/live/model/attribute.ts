import type { Attributes } from '@opentelemetry/api';

/** An attribute as text; undefined: the workload has none of this name. */
export function textOf(workload: Attributes, name: string): string | undefined {
  const value = workload[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
