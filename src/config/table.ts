import { LOG_FORMATS, LOG_LEVELS } from '../internal/log/levels.ts';
import { address, boolean, choice, duration, integer, path, powerOfTwoSize, type Kind } from './kinds.ts';

/** What a default may depend on. */
export interface Context {
  /** Standard error is a terminal. */
  readonly terminal: boolean;
}

export interface Setting<T> {
  /** The flag without its dashes, and the key in the file: `metrics-addr`. */
  readonly name: string;
  readonly group: Group;
  readonly kind: Kind<T>;
  /** As a user would write it. undefined: not set. */
  readonly default: string | undefined | ((context: Context) => string);
  /** Says what a computed default is. */
  readonly defaultNote?: string;
  /** One sentence or two, shown by --help and in the documentation. */
  readonly description: string;
  /** A useful value other than the default. */
  readonly example: string;
  /** Never shown: printed settings, errors and logs say `<hidden>`. */
  readonly secret?: boolean;
  /** The path of a file with secrets. It is shown only where there is such a file: else it may be what the file should hold. */
  readonly secretFile?: boolean;
  /** Cannot stand in the file. */
  readonly notInFile?: boolean;
  /** Takes effect when the settings are read again; else it needs a restart. */
  readonly live?: boolean;
}

export const GROUPS = ['Serving', 'Metrics', 'Kernel', 'Logging', 'General'] as const;
export type Group = (typeof GROUPS)[number];

const SYNC_FAILURES = ['auto', 'syscall', 'off'] as const;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function setting<T>(entry: Setting<T>): Setting<T> {
  return entry;
}

/** Every setting there is, by its name in code. Flags, variables, file keys, help and documentation come from here. */
export const SETTINGS = {
  metricsAddr: setting({
    name: 'metrics-addr',
    group: 'Serving',
    kind: address(),
    default: ':9090',
    description: 'Where Prometheus scrapes /metrics.',
    example: '127.0.0.1:9090',
  }),
  healthAddr: setting({
    name: 'health-addr',
    group: 'Serving',
    kind: address(),
    default: ':8080',
    description: 'Where the probes /liveness, /readiness and /health answer.',
    example: '127.0.0.1:8080',
  }),
  shutdownTimeout: setting({
    name: 'shutdown-timeout',
    group: 'Serving',
    kind: duration({ min: 0, max: 10 * MINUTE }),
    default: '10s',
    description: 'How long running requests may take after SIGTERM or SIGINT before they are cut.',
    example: '30s',
    live: true,
  }),
  interval: setting({
    name: 'interval',
    group: 'Metrics',
    kind: duration({ min: 100, max: 10 * MINUTE }),
    default: '5s',
    description: 'Length of a window: metrics change once per interval.',
    example: '1s',
    live: true,
  }),
  seriesLimit: setting({
    name: 'series-limit',
    group: 'Metrics',
    kind: integer({ min: 2, max: 1_000_000 }),
    default: '2000',
    description: 'Most series of one metric. What is over it is summed in one series with otel_metric_overflow="true".',
    example: '10000',
    live: true,
  }),
  newSeriesAtZero: setting({
    name: 'new-series-at-zero',
    group: 'Metrics',
    kind: boolean(),
    default: 'true',
    description: 'Show a new counter series at 0 in the first scrape after its birth, so that increase() is exact.',
    example: 'false',
    live: true,
  }),
  failureRecords: setting({
    name: 'failure-records',
    group: 'Logging',
    kind: integer({ min: 0, max: 10_000 }),
    default: '0',
    description:
      'Most records of failed connects per second in the log: who, where to, why, how long. 0: none. What is over it is counted. Where OTLP logs are on (docs/otlp.md), each is pushed as well.',
    example: '10',
    live: true,
  }),
  otlp: setting<boolean | undefined>({
    name: 'otlp',
    group: 'Metrics',
    kind: boolean(),
    default: undefined,
    defaultNote: 'on when OTEL_METRICS_EXPORTER names otlp or, where that is not set, an endpoint is set for OTLP',
    description: "Push metrics to an OpenTelemetry Collector by OTLP/gRPC. OpenTelemetry's variables say where and how: docs/otlp.md.",
    example: 'true',
  }),
  otlpHeadersFile: setting({
    name: 'otlp-headers-file',
    group: 'Metrics',
    kind: path(),
    default: undefined,
    defaultNote: 'none',
    description:
      "A file with headers for the collector, such as credentials: a list as in OTEL_EXPORTER_OTLP_HEADERS, or one a line. They beat the variables' of the same name. Read at the start, and again after a push has failed.",
    example: '/run/secrets/otlp-headers',
    secretFile: true,
  }),
  ringSize: setting({
    name: 'ring-size',
    group: 'Kernel',
    kind: powerOfTwoSize({ min: 4096, max: 1024 ** 3 }),
    default: '8MiB',
    description: 'Size of the ring buffer between kernel and agent: what it holds outlasts a burst. At least one page of the kernel.',
    example: '32MiB',
  }),
  syncFailures: setting({
    name: 'sync-failures',
    group: 'Kernel',
    kind: choice('<way>', SYNC_FAILURES),
    default: 'auto',
    description:
      'How connects are seen that fail before a SYN is sent, as for lack of a route: auto takes what slows connects alone, and little (fexit, else a kretprobe, else nothing), syscall a tracepoint that slows every system call of the machine, off nothing. docs/performance.md has the prices.',
    example: 'syscall',
  }),
  bpfObject: setting({
    name: 'bpf-object',
    group: 'Kernel',
    kind: path(),
    default: undefined,
    defaultNote: 'the one that came with the program',
    description: 'Another BPF object file, for development. One that does not fit the program is refused.',
    example: './build/connwatch.bpf.o',
  }),
  logLevel: setting({
    name: 'log-level',
    group: 'Logging',
    kind: choice('<level>', LOG_LEVELS),
    default: 'info',
    description: 'Least severity that is logged: trace, debug, info, warn, error or fatal. Errors come with stack traces at debug and trace.',
    example: 'debug',
    live: true,
  }),
  logFormat: setting({
    name: 'log-format',
    group: 'Logging',
    kind: choice('<format>', LOG_FORMATS),
    default: ({ terminal }: Context) => (terminal ? 'pretty' : 'json'),
    defaultNote: 'pretty on a terminal, else json',
    description: 'Log lines for machines (json, one object each) or for people (pretty). They go to standard error.',
    example: 'json',
  }),
  config: setting({
    name: 'config',
    group: 'General',
    kind: path(),
    default: undefined,
    defaultNote: 'none',
    description: 'A YAML file with settings: each key is a flag without its dashes.',
    example: '/etc/connwatch/config.yaml',
    notInFile: true,
  }),
} as const;

export type SettingKey = keyof typeof SETTINGS;

/**
 * The settings in force. Durations are milliseconds, sizes bytes.
 */
export interface Settings {
  readonly metricsAddr: string;
  readonly healthAddr: string;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
  /** Milliseconds. */
  readonly interval: number;
  /** Attribute sets per metric family. */
  readonly seriesLimit: number;
  readonly newSeriesAtZero: boolean;
  /** Per second; 0: none. */
  readonly failureRecords: number;
  /** undefined: the variables of OpenTelemetry say whether metrics are pushed. */
  readonly otlp: boolean | undefined;
  readonly otlpHeadersFile: string | undefined;
  /** Bytes, a power of two. */
  readonly ringSize: number;
  readonly syncFailures: (typeof SYNC_FAILURES)[number];
  readonly bpfObject: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
  readonly config: string | undefined;
}

/** The same from the table: where a Resolved is used as Settings, the compiler compares the two. */
export type Resolved = { [K in SettingKey]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never };

/** The settings in the order of the table. */
export const ENTRIES = Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][];

/** `metrics-addr` to `CONNWATCH_METRICS_ADDR`. */
export function variableOf(setting: { readonly name: string }): string {
  return `CONNWATCH_${setting.name.toUpperCase().replaceAll('-', '_')}`;
}

/** The default as a user would write it, undefined when there is none. */
export function defaultText(setting: Setting<unknown>, context: Context): string | undefined {
  return typeof setting.default === 'function' ? setting.default(context) : setting.default;
}
