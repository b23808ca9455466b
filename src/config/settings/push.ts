import { boolean, choice, integer, path } from '../kinds.ts';
import { PROTOCOLS } from '../otlp/protocol.ts';
import { setting } from '../setting.ts';

/** How new series begin, records of failures, and what is pushed. */
export const PUSH = {
  newSeriesAtZero: setting({
    name: 'new-series-at-zero',
    group: 'Metrics',
    kind: boolean(),
    default: 'true',
    description: 'Start a new counter series at 0 for each reader, in its first scrape with that series. Then increase() in Prometheus is exact.',
    example: 'false',
    live: true,
  }),
  failureRecords: setting({
    name: 'failure-records',
    group: 'Logging',
    kind: integer({ min: 0, max: 10_000 }),
    default: '0',
    description:
      'Maximum number of failed connects per second that are logged, each with process, peer, reason and duration. 0 logs none. Further ones are only counted. If OTLP logs are on (docs/otlp.md), the records are pushed as well.',
    example: '10',
    live: true,
  }),
  otlp: setting<boolean | undefined>({
    name: 'otlp',
    group: 'Metrics',
    kind: boolean(),
    default: undefined,
    defaultNote: 'on if OTEL_METRICS_EXPORTER contains otlp or, if that is not set, an OTLP endpoint is set',
    description: "Push metrics to an OpenTelemetry Collector by OTLP. OpenTelemetry's variables configure it: docs/otlp.md.",
    example: 'true',
  }),
  otlpProtocol: setting<(typeof PROTOCOLS)[number] | undefined>({
    name: 'otlp-protocol',
    group: 'Metrics',
    kind: choice('<protocol>', PROTOCOLS),
    default: undefined,
    defaultNote: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL or OTEL_EXPORTER_OTLP_PROTOCOL, else grpc',
    description: 'Protocol of OTLP: grpc (port 4317 by default) or http/protobuf (4318). It overrides the variables, for metrics and logs.',
    example: 'http/protobuf',
  }),
  otlpHeadersFile: setting({
    name: 'otlp-headers-file',
    group: 'Metrics',
    kind: path(),
    default: undefined,
    defaultNote: 'none',
    description:
      'File with headers for the collector, such as credentials: a list as in OTEL_EXPORTER_OTLP_HEADERS, or one per line. They override headers of the same name from variables. The file is read at the start and after each failed push.',
    example: '/run/secrets/otlp-headers',
    secretFile: true,
  }),
} as const;
