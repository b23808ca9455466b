import { otlpEndpoint } from './endpoint.ts';
import { checkCertificates, type TlsFiles } from './files.ts';
import { checkHeadersFile } from './headers-file.ts';
import { checkHeaders } from './headers.ts';
import type { Environment, Variable, Variables } from './variables.ts';

/** Where something is pushed to. */
export interface OtlpTarget {
  /** Scheme, host and port, for people: no user info, no path. */
  readonly endpoint: string;
  /** Path of a unix socket, which then takes the endpoint's place. */
  readonly socket: string | undefined;
  /** No TLS. */
  readonly plain: boolean;
  readonly tls: TlsFiles;
  /** The variables that name the files for TLS. */
  readonly tlsVariables: readonly Variable[];
  readonly compression: 'none' | 'gzip';
  /** Names of all headers, in lower case. */
  readonly headerNames: readonly string[];
  /** File with more headers; what it held is in the secrets. */
  readonly headersFile: string | undefined;
  /** Texts that must not be in any log. */
  readonly secrets: readonly string[];
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
}

const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'] as const;
const HISTOGRAMS = ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const;

/** The settings that concern the push. */
export interface PushWish {
  /** undefined leaves it to OpenTelemetry's variables. */
  readonly otlp: boolean | undefined;
  readonly otlpHeadersFile: string | undefined;
}

/**
 * Whether metrics are pushed, and how: the settings, and the variables of
 * OpenTelemetry's specification that concern metrics. The exporter reads its
 * own ones (endpoint, headers, compression) again; here they are checked, because it goes on without what it cannot use.
 * @param variables collects what cannot be used
 * @returns undefined: nothing is pushed
 */
export function metricSettings({ otlp, otlpHeadersFile }: PushWish, variables: Variables): OtlpSettings | undefined {
  const wanted = isWanted(otlp, variables);
  // With a list of exporters that cannot be read, nobody knows; the rest of what is wrong is told along with it.
  return wanted || variables.problems.length > 0 ? read(variables, otlpHeadersFile) : undefined;
}

/** OTEL_SDK_DISABLED has the last word: it is how an operator switches telemetry off for a whole host. */
export function isSdkDisabled(environment: Environment): boolean {
  return environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}

/** What goes for every signal. `instead`: how to have none of this one. */
export function target(variables: Variables, headersFile: string | undefined, instead: string): OtlpTarget {
  const protocol = variables.signal('PROTOCOL');
  if (protocol !== undefined && protocol.text !== 'grpc') variables.invalid(protocol, `connwatch supports grpc only: unset it, or ${instead}`);
  const compression = variables.signalChoice('COMPRESSION', ['none', 'gzip']) ?? 'none';
  const tls = checkCertificates(variables);
  const { shown, socket, plain, secrets } = otlpEndpoint(variables);
  const headers = [...checkHeaders(variables), ...checkHeadersFile(headersFile, variables)];
  const names = headers.flatMap(({ pairs }) => pairs.map(([name]) => name.toLowerCase()));
  return {
    endpoint: shown,
    socket,
    plain,
    tls,
    tlsVariables: ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].flatMap((name) => variables.signal(name) ?? []),
    compression,
    headerNames: [...new Set(names)].sort(),
    headersFile,
    secrets: [...secrets, ...headers.flatMap((list) => list.secrets)],
  };
}

function isWanted(otlp: boolean | undefined, variables: Variables): boolean {
  if (otlp === false || isSdkDisabled(variables.environment)) return false;
  const exporters = variables.list('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'none']);
  if (otlp === true) return true;
  return exporters === undefined ? variables.signal('ENDPOINT') !== undefined : exporters.includes('otlp');
}

function read(variables: Variables, headersFile: string | undefined): OtlpSettings {
  const where = target(variables, headersFile, 'push nothing with --otlp=false');
  const interval = variables.milliseconds('OTEL_METRIC_EXPORT_INTERVAL', 100, 'each export collects all metrics') ?? 60_000;
  const timeout = Math.min(variables.milliseconds('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, interval);
  const requestTimeout = Math.min(variables.signalMilliseconds('TIMEOUT') ?? 10_000, timeout);
  const temporality = variables.choice('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', TEMPORALITIES);
  const histograms = variables.choice('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', HISTOGRAMS);
  return {
    ...where,
    interval,
    timeout,
    requestTimeout,
    temporality: temporality ?? 'cumulative',
    exponentialHistograms: histograms === 'base2_exponential_bucket_histogram',
  };
}
