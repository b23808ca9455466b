import { otlpEndpoint } from './endpoint.ts';
import { checkCertificates, type TlsFiles } from './files.ts';
import { checkHeadersFile } from './headers-file.ts';
import { checkHeaders } from './headers.ts';
import { httpEndpoint } from './http-endpoint.ts';
import { type Protocol, protocolOf } from './protocol.ts';
import type { Environment, Variable, Variables } from './variables.ts';

/** Destination of a push. */
export interface OtlpTarget {
  readonly protocol: Protocol;
  /** Scheme, host and port, for people: no user info, no path. */
  readonly endpoint: string;
  /** Path of a unix socket, used instead of the endpoint. */
  readonly socket: string | undefined;
  /** Where http/protobuf posts; undefined with grpc. Its path and query may be secret. */
  readonly url: string | undefined;
  /** No TLS. */
  readonly plain: boolean;
  readonly tls: TlsFiles;
  /** The variables that name the files for TLS. */
  readonly tlsVariables: readonly Variable[];
  readonly compression: 'none' | 'gzip';
  /** Names of all headers, in lower case. */
  readonly headerNames: readonly string[];
  /** File with more headers. Their values are in `secrets`. */
  readonly headersFile: string | undefined;
  /** Texts that must not appear in a log. */
  readonly secrets: readonly string[];
}

/** How metrics are pushed. Times are milliseconds. */
export interface OtlpSettings extends OtlpTarget {
  /** Time between two exports. */
  readonly interval: number;
  /** Time-out of an export with all its requests. At most the interval. */
  readonly timeout: number;
  /** Time-out of a request. At most that of an export. */
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
  /** undefined leaves it to OpenTelemetry's variables. */
  readonly otlpProtocol?: Protocol | undefined;
  readonly otlpHeadersFile: string | undefined;
}

/**
 * Whether and how metrics are pushed, by the settings and OpenTelemetry's variables for
 * metrics. The exporter reads its own variables (endpoint, headers, compression) again;
 * we check them here because it ignores invalid ones.
 * @param variables collects problems
 * @returns undefined: nothing is pushed
 */
export function metricSettings(wish: PushWish, variables: Variables): OtlpSettings | undefined {
  const wanted = isWanted(wish.otlp, variables);
  // An invalid list of exporters is a problem anyway; report the other problems together with it.
  return wanted || variables.problems.length > 0 ? read(variables, wish) : undefined;
}

/** OTEL_SDK_DISABLED overrides everything: operators use it to turn telemetry off for a whole host. */
export function isSdkDisabled(environment: Environment): boolean {
  return environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}

/** The settings common to metrics and logs. */
export function target(variables: Variables, { otlpProtocol, otlpHeadersFile: headersFile }: PushWish): OtlpTarget {
  const protocol = protocolOf(otlpProtocol, variables);
  const compression = variables.signalChoice('COMPRESSION', ['none', 'gzip']) ?? 'none';
  const tls = checkCertificates(variables);
  const { shown, socket, url, plain, secrets } = protocol === 'grpc' ? otlpEndpoint(variables) : httpEndpoint(variables);
  const headers = [...checkHeaders(variables), ...checkHeadersFile(headersFile, variables)];
  const names = headers.flatMap(({ pairs }) => pairs.map(([name]) => name.toLowerCase()));
  return {
    protocol,
    endpoint: shown,
    socket,
    url,
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

function read(variables: Variables, wish: PushWish): OtlpSettings {
  const where = target(variables, wish);
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
