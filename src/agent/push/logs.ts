import { setTimeout } from 'node:timers/promises';
import type { OtlpLogSettings } from '../../config/index.ts';
import type { Logger } from '../../internal/log/log.ts';
import { version } from '../../internal/version.ts';
import type { FailureRecordsOptions } from '../failures.ts';
import type { PushHeaders } from './headers.ts';
import { ExportReport } from './report.ts';
import { pushTls } from './tls.ts';

export interface LogPush {
  /** undefined: logs are not pushed. */
  readonly push: FailureRecordsOptions['push'];
  readonly failures: () => Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The last export may always take this long, milliseconds. */
const LAST_EXPORT = 1000;

/**
 * Pushes records of failed connects as logs. The exporter is loaded only when it is used.
 * @param settings undefined: logs are not pushed
 * @param timeLeft milliseconds left of the shutdown
 */
export async function openLogPush(settings: OtlpLogSettings | undefined, headers: PushHeaders, log: Logger, timeLeft: () => number): Promise<LogPush> {
  if (settings === undefined) return { push: undefined, failures: () => ({ otlp_logs: 0 }), close: () => Promise.resolve() };
  const { endpoint, protocol } = settings;
  const report = new ExportReport({ log, exporter: 'otlp_logs', endpoint, what: 'log records', hide: headers.hide });
  const { otlpLogs, loadLogExporter } = await import('../../export/otlp/logs.ts');
  const logs = otlpLogs({
    ...settings,
    version,
    exporter: await loadLogExporter(protocol),
    headers: headers.read,
    tls: pushTls(settings, 'LOGS', process.env, log),
    userAgent: `connwatch/${version}`,
    onExport: (error) => report.onExport(error),
  });
  return { push: (time, attributes) => logs.push(time, attributes), failures: () => ({ otlp_logs: report.failures }), close: () => atMost(Math.max(LAST_EXPORT, timeLeft()), logs.close()) };
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, setTimeout(milliseconds, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
