import { setTimeout } from 'node:timers/promises';
import { type OtlpLogSettings, otlpLogSettings } from '../config/index.ts';
import { hider } from '../export/index.ts';
import type { Logger } from '../internal/log.ts';
import { version } from '../internal/version.ts';
import { ExportReport } from './export-report.ts';
import type { FailureRecordsOptions } from './failures.ts';

export interface LogPush {
  /** Undefined where no logs are pushed. */
  readonly push: FailureRecordsOptions['push'];
  readonly failures: () => Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The last export may take this long whatever is left, milliseconds. */
const LAST_EXPORT = 1000;

/**
 * Pushes records of failed connects where the variables of OpenTelemetry ask for
 * logs. The exporter is loaded only when it is used.
 * @param timeLeft how long the shutdown may still take, milliseconds
 * @throws (rejects) ConnwatchError CW_CONFIG
 */
export async function openLogPush(environment: Readonly<Record<string, string | undefined>>, log: Logger, timeLeft: () => number): Promise<LogPush> {
  const settings: OtlpLogSettings | undefined = otlpLogSettings(environment);
  if (settings === undefined) return { push: undefined, failures: () => ({ otlp_logs: 0 }), close: () => Promise.resolve() };
  const { endpoint, requestTimeout, secrets } = settings;
  const report = new ExportReport({ log, exporter: 'otlp_logs', endpoint, what: 'log records', hide: hider(secrets) });
  const { otlpLogs } = await import('../export/otlp-logs.ts');
  const logs = otlpLogs({ version, requestTimeout, userAgent: `connwatch/${version}`, onExport: (error) => report.onExport(error) });
  return { push: (time, attributes) => logs.push(time, attributes), failures: () => ({ otlp_logs: report.failures }), close: () => atMost(Math.max(LAST_EXPORT, timeLeft()), logs.close()) };
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, setTimeout(milliseconds, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
