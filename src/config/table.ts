import type { KeptAttributes } from '../words/families.ts';
import type { Filter } from '../words/filters.ts';
import type { NamedRanges } from '../words/peer-names.ts';
import type { LOG_FORMATS, LOG_LEVELS } from '../internal/log/levels.ts';
import type { PROTOCOLS } from './otlp/protocol.ts';
import type { Context, Setting } from './setting.ts';
import { SERVING, type UI_ACCESS } from './settings/serving.ts';
import { METRICS } from './settings/metrics.ts';
import { KUBERNETES, type KUBERNETES_SOURCES, type KUBERNETES_PEERS } from './settings/kubernetes.ts';
import { PUSH } from './settings/push.ts';
import { type ATTACH, KERNEL, type SYNC_FAILURES } from './settings/kernel.ts';
import { OUTPUT } from './settings/output.ts';

export { GROUPS } from './setting.ts';
export type { Context, Group, Setting } from './setting.ts';

/** Every setting there is, by its name in code, in the order of --help. Flags, variables, file keys, help and documentation come from here. */
export const SETTINGS = { ...SERVING, ...METRICS, ...KUBERNETES, ...PUSH, ...KERNEL, ...OUTPUT } as const;

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
  readonly kubernetes: (typeof KUBERNETES_SOURCES)[number];
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
  readonly attach: (typeof ATTACH)[number];
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
