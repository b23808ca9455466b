import { isSdkDisabled, target, type OtlpTarget, type PushWish } from './otlp.ts';
import type { Variables } from './variables.ts';

/** How log records are pushed. */
export interface OtlpLogSettings extends OtlpTarget {
  /** One request, milliseconds. */
  readonly requestTimeout: number;
}

/**
 * Settings for pushing records of failed connects as OTLP logs. On if
 * OTEL_LOGS_EXPORTER contains otlp, or if it is not set and an endpoint for logs is
 * set. The general endpoint alone does not turn logs on: it may be meant for metrics.
 * @param variables collects problems
 * @returns undefined: logs are not pushed
 */
export function logSettings(wish: PushWish, variables: Variables): OtlpLogSettings | undefined {
  return isWanted(variables) || variables.problems.length > 0 ? read(wish, variables) : undefined;
}

function isWanted(variables: Variables): boolean {
  if (isSdkDisabled(variables.environment)) return false;
  const exporters = variables.list('OTEL_LOGS_EXPORTER', ['otlp', 'none']);
  if (exporters !== undefined) return exporters.includes('otlp');
  return variables.get('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT') !== undefined;
}

function read(wish: PushWish, variables: Variables): OtlpLogSettings {
  return {
    ...target(variables, wish),
    requestTimeout: variables.signalMilliseconds('TIMEOUT') ?? 10_000,
  };
}
