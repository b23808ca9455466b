import { otlpEndpoint } from './otlp-endpoint.ts';
import { checkCertificates, type TlsFiles } from './otlp-files.ts';
import { checkHeaders } from './otlp-headers.ts';
import { type Environment, Variables } from './otlp-variables.ts';
import { configError } from './resolve.ts';

/** Where something is pushed to. */
export interface OtlpTarget {
  /** Scheme, host and port, for people: no user info, no path. */
  readonly endpoint: string;
  /** Path of a unix socket, which then takes the endpoint's place. */
  readonly socket: string | undefined;
  readonly tls: TlsFiles;
}

/** How metrics are pushed. Times are milliseconds. */
export interface OtlpSettings extends OtlpTarget {
  /** From one export to the next. */
  readonly interval: number;
  /** One export, all its requests. Never more than the interval. */
  readonly timeout: number;
  /** One request. Never more than an export. */
  readonly requestTimeout: number;
  readonly temporality: (typeof TEMPORALITIES)[number];
  readonly exponentialHistograms: boolean;
  /** Texts that must not be in any log. */
  readonly secrets: readonly string[];
}

const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'] as const;
const HISTOGRAMS = ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const;

/**
 * Whether metrics are pushed, and how: `--otlp` and the variables of
 * OpenTelemetry's specification that concern metrics. The exporter reads its
 * own ones (endpoint, headers, TLS, compression, time-out) again; here they are
 * checked, because it goes on without what it cannot use.
 * @param otlp the setting: undefined leaves it to the variables
 * @returns undefined: nothing is pushed
 * @throws ConnwatchError CW_CONFIG that names every problem, and no secret
 */
export function otlpSettings(otlp: boolean | undefined, environment: Environment): OtlpSettings | undefined {
  const variables = new Variables(environment);
  const wanted = isWanted(otlp, variables);
  const settings = wanted ? read(variables) : undefined;
  if (variables.problems.length > 0) throw configError(variables.problems);
  return settings;
}

/** OTEL_SDK_DISABLED has the last word: it is how an operator switches telemetry off for a whole host. */
export function isSdkDisabled(environment: Environment): boolean {
  return new Variables(environment).get('OTEL_SDK_DISABLED')?.text.toLowerCase() === 'true';
}

/** What goes for every signal. `instead`: how to have none of this one. */
export function checkTransport(variables: Variables, instead: string): TlsFiles {
  const protocol = variables.signal('PROTOCOL');
  if (protocol !== undefined && protocol.text !== 'grpc') variables.invalid(protocol, `connwatch pushes by grpc only: unset it, or ${instead}`);
  variables.signalChoice('COMPRESSION', ['none', 'gzip']);
  variables.signalChoice('INSECURE', ['true', 'false']);
  return checkCertificates(variables);
}

function isWanted(otlp: boolean | undefined, variables: Variables): boolean {
  if (otlp === false || isSdkDisabled(variables.environment)) return false;
  const exporters = variables.list('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'none']);
  if (otlp === true) return true;
  return exporters === undefined ? variables.signal('ENDPOINT') !== undefined : exporters.includes('otlp');
}

function read(variables: Variables): OtlpSettings {
  const tls = checkTransport(variables, 'push nothing with --otlp=false');
  const interval = variables.milliseconds('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeout = Math.min(variables.milliseconds('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, interval);
  const requestTimeout = Math.min(variables.signalMilliseconds('TIMEOUT') ?? 10_000, timeout);
  const endpoint = otlpEndpoint(variables);
  const temporality = variables.choice('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', TEMPORALITIES);
  const histograms = variables.choice('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', HISTOGRAMS);
  return {
    interval,
    timeout,
    requestTimeout,
    endpoint: endpoint.shown,
    socket: endpoint.socket,
    tls,
    temporality: temporality ?? 'cumulative',
    exponentialHistograms: histograms === 'base2_exponential_bucket_histogram',
    secrets: [...endpoint.secrets, ...checkHeaders(variables)],
  };
}
