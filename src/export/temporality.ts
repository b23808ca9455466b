import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * Everything is cumulative. But the SDK merges a gauge's new value with the one before and keeps
 * that of the later wall-clock time (LastValueAggregator.merge): after the clock has been set back
 * by two hours, every gauge would stand still for two hours. As a delta it is not merged; the data
 * of a gauge is the same.
 */
export function temporalityOf(type: InstrumentType): AggregationTemporality {
  return type === InstrumentType.GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
}
