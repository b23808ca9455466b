import { otlpEndpoint } from './otlp-endpoint.ts';
import { checkHeaders } from './otlp-headers.ts';
import { type Environment, Variables } from './otlp-variables.ts';
import { checkTransport, isSdkDisabled, type OtlpSettings, type OtlpTarget } from './otlp.ts';
import { configError } from './resolve.ts';

/** How log records are pushed; the fields are those of metrics. */
export type OtlpLogSettings = Pick<OtlpSettings, 'requestTimeout' | 'secrets' | keyof OtlpTarget>;

/**
 * Whether records of failed connects are pushed as OTLP logs: OTEL_LOGS_EXPORTER
 * names otlp, or it is not set and an endpoint is set for logs. The general endpoint
 * alone switches nothing on: it may be meant for metrics.
 * @returns undefined: no logs are pushed
 * @throws ConnwatchError CW_CONFIG that names every problem, and no secret
 */
export function otlpLogSettings(environment: Environment): OtlpLogSettings | undefined {
  const variables = new Variables(environment, 'LOGS');
  const settings = isWanted(variables) ? read(variables) : undefined;
  if (variables.problems.length > 0) throw configError(variables.problems);
  return settings;
}

function isWanted(variables: Variables): boolean {
  if (isSdkDisabled(variables.environment)) return false;
  const exporters = variables.list('OTEL_LOGS_EXPORTER', ['otlp', 'none']);
  if (exporters !== undefined) return exporters.includes('otlp');
  return variables.get('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT') !== undefined;
}

function read(variables: Variables): OtlpLogSettings {
  const tls = checkTransport(variables, 'push no logs with OTEL_LOGS_EXPORTER=none');
  const endpoint = otlpEndpoint(variables);
  return {
    requestTimeout: variables.signalMilliseconds('TIMEOUT') ?? 10_000,
    endpoint: endpoint.shown,
    socket: endpoint.socket,
    tls,
    secrets: [...endpoint.secrets, ...checkHeaders(variables)],
  };
}
