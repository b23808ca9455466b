import type { KeptAttributes } from '../words/families.ts';
import type { Filter } from '../words/filters.ts';
import type { NamedRanges } from '../words/peer-names.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../internal/log/levels.ts';
import { PROTOCOLS } from './otlp/protocol.ts';
import { attributes } from './maps/attributes.ts';
import { filter } from './maps/filter.ts';
import { peerNames } from './maps/peer-names.ts';
import { address, boolean, choice, duration, integer, path, powerOfTwoSize, socketPath, text, type Kind } from './kinds.ts';

/** A default may depend on these. */
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
  /** Describes a computed default. */
  readonly defaultNote?: string;
  /** One sentence or two, shown by --help and in the documentation. */
  readonly description: string;
  /** A useful value other than the default. */
  readonly example: string;
  /** Never printed: settings, errors and logs show `<hidden>`. */
  readonly secret?: boolean;
  /** Path of a file with secrets. It is printed only if such a file exists: otherwise somebody may have given the secret itself. */
  readonly secretFile?: boolean;
  /** Not allowed in the file. */
  readonly notInFile?: boolean;
  /** Takes effect at a reload; otherwise it needs a restart. */
  readonly live?: boolean;
}

export const GROUPS = ['Serving', 'Metrics', 'Kubernetes', 'Kernel', 'Logging', 'General'] as const;
export type Group = (typeof GROUPS)[number];

const KUBERNETES = ['auto', 'kubelet', 'api', 'off'] as const;
const UI_ACCESS = ['loopback', 'everywhere', 'off'] as const;
const KUBERNETES_PEERS = ['all', 'services', 'off'] as const;
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
    description: 'Address of /metrics, which Prometheus scrapes.',
    example: '127.0.0.1:9090',
  }),
  healthAddr: setting({
    name: 'health-addr',
    group: 'Serving',
    kind: address(),
    default: ':8080',
    description: 'Address of the health probes /liveness, /readiness and /health.',
    example: '127.0.0.1:8080',
  }),
  webConfigFile: setting({
    name: 'web-config-file',
    group: 'Serving',
    kind: path(),
    default: undefined,
    defaultNote: 'none: HTTP without TLS and passwords',
    description:
      "A file with TLS, client certificates, users and headers for the metrics port, in the format of Prometheus' exporter toolkit (docs/configuration.md shows it). It is read again when it or a certificate changes.",
    example: '/etc/connwatch/web.yaml',
  }),
  webConfigHealth: setting({
    name: 'web-config-health',
    group: 'Serving',
    kind: boolean(),
    default: 'false',
    description: 'Protect the health port with the same file. Probes then need its TLS and a user; those of Kubernetes cannot give a password or a client certificate.',
    example: 'true',
  }),
  ui: setting({
    name: 'ui',
    group: 'Serving',
    kind: choice('<who>', UI_ACCESS),
    default: 'loopback',
    description:
      'Who may see the page /ui on the metrics port, which shows programs, peers and failures as they happen. loopback: browsers on this machine, also through an SSH tunnel or kubectl port-forward. everywhere: everyone who reaches the port; then protect it with --web-config-file. off: nobody.',
    example: 'everywhere',
  }),
  shutdownTimeout: setting({
    name: 'shutdown-timeout',
    group: 'Serving',
    kind: duration({ min: 0, max: 10 * MINUTE }),
    default: '10s',
    description: 'How long running requests may take after SIGTERM or SIGINT before they are aborted.',
    example: '30s',
    live: true,
  }),
  socket: setting({
    name: 'socket',
    group: 'Serving',
    kind: socketPath(),
    default: '/run/connwatch/connwatch.sock',
    description:
      'Unix socket through which `connwatch trace` and the other live views get their data. Only the user of the agent and root may use it. off: none. If it cannot be made, the agent says so and runs without it.',
    example: '/tmp/connwatch.sock',
  }),
  interval: setting({
    name: 'interval',
    group: 'Metrics',
    kind: duration({ min: 100, max: 10 * MINUTE }),
    default: '5s',
    description: 'Length of a window. Metrics change once per interval.',
    example: '1s',
    live: true,
  }),
  seriesLimit: setting({
    name: 'series-limit',
    group: 'Metrics',
    kind: integer({ min: 2, max: 1_000_000 }),
    default: '2000',
    description: 'Maximum number of series of one metric. Everything above it is added up in one series with otel_metric_overflow="true".',
    example: '10000',
    live: true,
  }),
  attributes: setting({
    name: 'attributes',
    group: 'Metrics',
    kind: attributes(),
    default: undefined,
    defaultNote: 'the attributes in docs/metrics.md',
    description:
      'Which attributes metrics keep. Series that are the same without the others are added up. off: without this metric. A name may lack its `connwatch.`, and `*` at its end stands for the rest.',
    example: 'tcp.connects_by_pid=off;connwatch.tcp.io=role,server.port',
  }),
  include: setting({
    name: 'include',
    group: 'Metrics',
    kind: filter(),
    default: undefined,
    defaultNote: 'all sockets',
    description: 'Count only sockets that match every field. All others are in connwatch_events_filtered_total alone.',
    example: 'executable=nginx,envoy;port=443,8000-8099',
  }),
  exclude: setting({
    name: 'exclude',
    group: 'Metrics',
    kind: filter(),
    default: undefined,
    defaultNote: 'no socket',
    description: 'Do not count sockets that match one of the fields. They are in connwatch_events_filtered_total alone.',
    example: 'executable=curl;cidr=127.0.0.0/8,::1/128',
  }),
  peerNames: setting({
    name: 'peer-names',
    group: 'Metrics',
    kind: peerNames(),
    default: undefined,
    defaultNote: 'none',
    description: 'Names for ranges of addresses. Peers in a range share series with its name as server_address. The longest prefix wins.',
    example: '10.0.0.0/8=cluster;10.9.0.0/16=databases',
  }),
  kubernetes: setting({
    name: 'kubernetes',
    group: 'Kubernetes',
    kind: choice('<source>', KUBERNETES),
    default: 'auto',
    description:
      'Where the names of pods come from: docs/kubernetes.md. auto: in a pod with the token of a service account from the kubelet if it answers, else from the API server; elsewhere off. off: containers have their ids.',
    example: 'api',
  }),
  kubernetesPeers: setting({
    name: 'kubernetes-peers',
    group: 'Kubernetes',
    kind: choice('<what>', KUBERNETES_PEERS),
    default: 'all',
    description:
      'Names of peers from the API server, as server_address: payments.shop.svc for a Service, node-1.node for a node. all: by Services, EndpointSlices and nodes. services: without EndpointSlices, which change most often in a large cluster. off: addresses. --peer-names comes first.',
    example: 'services',
  }),
  nodeName: setting({
    name: 'node-name',
    group: 'Kubernetes',
    kind: text('<name>', 'name of a node', /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/),
    default: undefined,
    defaultNote: 'none; the chart sets it',
    description: "Name of this node in Kubernetes. The API server is asked for this node's pods by it.",
    example: 'node-1',
  }),
  kubeletAddress: setting({
    name: 'kubelet-address',
    group: 'Kubernetes',
    kind: text('<host>', '`host` or `host:port`; IPv6 with a port in brackets', /^([A-Za-z0-9_.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?|[0-9A-Fa-f:.]+)$/),
    default: undefined,
    defaultNote: "none; the chart sets it to the node's address",
    description: 'Address of this node\'s kubelet: a host, or host:port; the port is 10250 by default.',
    example: '10.0.0.7',
  }),
  kubeletCaFile: setting({
    name: 'kubelet-ca-file',
    group: 'Kubernetes',
    kind: path(),
    default: undefined,
    defaultNote: "the authority of the cluster, ca.crt of the service account",
    description: "File with the authorities that may have signed the kubelet's certificate.",
    example: '/etc/connwatch/kubelet-ca.crt',
  }),
  kubeletInsecure: setting({
    name: 'kubelet-insecure',
    group: 'Kubernetes',
    kind: boolean(),
    default: 'false',
    description: "Accept any certificate of the kubelet, for example the one it signs itself. Then whoever answers at its address gets the agent's token.",
    example: 'true',
  }),
  containerRuntime: setting({
    name: 'container-runtime',
    group: 'Kubernetes',
    kind: path(),
    default: undefined,
    defaultNote: 'none: containers outside of Kubernetes have their ids',
    description:
      'Socket of Docker, or of podman, on a plain host: containers then have container_name and container_image_name. Whoever may connect to it is root on the host. The agent only reads the description of a container.',
    example: '/run/docker.sock',
  }),
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
  ringSize: setting({
    name: 'ring-size',
    group: 'Kernel',
    kind: powerOfTwoSize({ min: 4096, max: 1024 ** 3 }),
    default: '8MiB',
    description: 'Size of the ring buffer between kernel and agent. A larger one survives longer bursts. At least one memory page of the kernel.',
    example: '32MiB',
  }),
  syncFailures: setting({
    name: 'sync-failures',
    group: 'Kernel',
    kind: choice('<way>', SYNC_FAILURES),
    default: 'auto',
    description:
      'How to see connects that fail before a SYN is sent, for example without a route. auto: fexit, else kretprobes, else not at all; this slows connects only, and little. syscall: a tracepoint, which slows every system call of the machine. off: not at all. docs/performance.md has the cost.',
    example: 'syscall',
  }),
  bpfObject: setting({
    name: 'bpf-object',
    group: 'Kernel',
    kind: path(),
    default: undefined,
    defaultNote: 'the one of this installation',
    description: 'Another BPF object file, for development. The agent refuses one that does not match it.',
    example: './build/connwatch.bpf.o',
  }),
  logLevel: setting({
    name: 'log-level',
    group: 'Logging',
    kind: choice('<level>', LOG_LEVELS),
    default: 'info',
    description: 'Lowest severity that is logged: trace, debug, info, warn, error or fatal. At debug and trace, errors have stack traces.',
    example: 'debug',
    live: true,
  }),
  logFormat: setting({
    name: 'log-format',
    group: 'Logging',
    kind: choice('<format>', LOG_FORMATS),
    default: ({ terminal }: Context) => (terminal ? 'pretty' : 'json'),
    defaultNote: 'pretty on a terminal, else json',
    description: 'Format of log lines: json (one object per line) or pretty (for people). They go to standard error.',
    example: 'json',
  }),
  config: setting({
    name: 'config',
    group: 'General',
    kind: path(),
    default: undefined,
    defaultNote: 'none',
    description: 'YAML file with settings. Each key is a flag without its dashes.',
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
  readonly webConfigFile: string | undefined;
  readonly webConfigHealth: boolean;
  readonly ui: (typeof UI_ACCESS)[number];
  /** Milliseconds. */
  readonly shutdownTimeout: number;
  /** undefined: none. */
  readonly socket: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
  /** Attribute sets per metric family. */
  readonly seriesLimit: number;
  /** Metrics that are not named here keep all that they have by default. */
  readonly attributes: KeptAttributes | undefined;
  readonly include: Filter | undefined;
  readonly exclude: Filter | undefined;
  readonly peerNames: NamedRanges | undefined;
  readonly kubernetes: (typeof KUBERNETES)[number];
  readonly kubernetesPeers: (typeof KUBERNETES_PEERS)[number];
  readonly nodeName: string | undefined;
  readonly kubeletAddress: string | undefined;
  readonly kubeletCaFile: string | undefined;
  readonly kubeletInsecure: boolean;
  readonly containerRuntime: string | undefined;
  readonly newSeriesAtZero: boolean;
  /** Per second; 0: none. */
  readonly failureRecords: number;
  /** undefined: the variables of OpenTelemetry say whether metrics are pushed. */
  readonly otlp: boolean | undefined;
  /** undefined: the variables of OpenTelemetry say it. */
  readonly otlpProtocol: (typeof PROTOCOLS)[number] | undefined;
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
