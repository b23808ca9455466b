export type Kind = 'counter' | 'gauge' | 'updowncounter' | 'histogram';
export type Section = 'window' | 'cumulative' | 'agent';

/** One row of the catalogue: what docs/metrics.md shows and what data points are described with. */
export interface Metric {
  /** OpenTelemetry name. */
  readonly name: string;
  readonly kind: Kind;
  /** UCUM; one in braces and an empty one add nothing to the Prometheus name. */
  readonly unit: string;
  /** Help text: one sentence without its full stop. */
  readonly description: string;
  /** Names of the attributes of its series. */
  readonly attributes: readonly string[];
  /** stable: name and meaning stay within a major version; experimental: may change, the changelog says when. */
  readonly stability: 'stable' | 'experimental';
  readonly section: Section;
}

/** Attribute of the series that holds what is over the budget (OpenTelemetry's own name for it). */
export const OVERFLOW = 'otel.metric.overflow';
