import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics';

/** The points of a collection by the names of the metrics. A metric that is off has none. */
export class Points {
  readonly #byName: ReadonlyMap<string, readonly DataPoint<unknown>[]>;

  constructor(metrics: readonly MetricData[]) {
    this.#byName = new Map(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]));
  }

  numbers(name: string): readonly DataPoint<number>[] {
    return (this.#byName.get(name) ?? []) as readonly DataPoint<number>[];
  }

  histograms(name: string): readonly DataPoint<Histogram>[] {
    return (this.#byName.get(name) ?? []) as readonly DataPoint<Histogram>[];
  }
}

/** An attribute as text; empty if there is none. */
export function textOf(attributes: Attributes, name: string): string {
  const value: unknown = attributes[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
