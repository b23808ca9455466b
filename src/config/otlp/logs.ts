import { isSdkDisabled, target, type OtlpTarget } from './otlp.ts';
import type { Variables } from './variables.ts';

/** How log records are pushed. */
export interface OtlpLogSettings extends OtlpTarget {
  /** One request, milliseconds. */
  readonly requestTimeout: number;
}

/**
 * Whether records of failed connects are pushed as OTLP logs: OTEL_LOGS_EXPORTER
 * names otlp, or it is not set and an endpoint is set for logs. The general endpoint
 * alone switches nothing on: it may be meant for metrics.
 * @param variables collects what cannot be used
 * @returns undefined: no logs are pushed
 */
export function logSettings(headersFile: string | undefined, variables: Variables): OtlpLogSettings | undefined {
  return isWanted(variables) || variables.problems.length > 0 ? read(headersFile, variables) : undefined;
}

function isWanted(variables: Variables): boolean {
  if (isSdkDisabled(variables.environment)) return false;
  const exporters = variables.list('OTEL_LOGS_EXPORTER', ['otlp', 'none']);
  if (exporters !== undefined) return exporters.includes('otlp');
  return variables.get('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT') !== undefined;
}

function read(headersFile: string | undefined, variables: Variables): OtlpLogSettings {
  return {
    ...target(variables, headersFile, 'push no logs with OTEL_LOGS_EXPORTER=none'),
    requestTimeout: variables.signalMilliseconds('TIMEOUT') ?? 10_000,
  };
}
