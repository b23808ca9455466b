export type Kind = 'counter' | 'gauge' | 'updowncounter' | 'histogram';
export type Section = 'window' | 'cumulative' | 'agent';

/** One metric of the catalogue, for docs/metrics.md and the descriptors of data points. */
export interface Metric {
  /** OpenTelemetry name. */
  readonly name: string;
  readonly kind: Kind;
  /** UCUM. A unit in braces and an empty one add nothing to the Prometheus name. */
  readonly unit: string;
  /** Help text: one sentence without its full stop. */
  readonly description: string;
  /** Names of its attributes. */
  readonly attributes: readonly string[];
  /** stable: name and meaning stay within a major version. experimental: may change; the changelog says when. */
  readonly stability: 'stable' | 'experimental';
  readonly section: Section;
}

/** Attribute of the overflow series (OpenTelemetry's name). */
export const OVERFLOW = 'otel.metric.overflow';
