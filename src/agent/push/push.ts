import { isSdkDisabled, type OtlpSettings } from '../../config/index.ts';
import { type MetricsOptions, routeDiagnostics } from '../../export/index.ts';
import type { ErrorCode } from '../../internal/codes.ts';
import { oneLine } from '../../internal/errors.ts';
import type { Logger } from '../../internal/log/log.ts';
import { version } from '../../internal/version.ts';
import type { PushHeaders } from './headers.ts';
import { ExportReport } from './report.ts';
import { pushTls } from './tls.ts';

export interface PushOptions {
  /** undefined: nothing is pushed. */
  readonly settings: OtlpSettings | undefined;
  readonly headers: PushHeaders;
  /** The setting `--otlp`. */
  readonly otlp: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Milliseconds left of the shutdown. */
  readonly timeLeft: () => number;
}

export interface Push {
  /** For `createMetrics`; undefined: nothing is pushed. */
  readonly readers: MetricsOptions['readers'];
  /** Failed exports, by exporter. */
  readonly failures: () => Readonly<Record<string, number>>;
  close(): void;
}

/**
 * Pushes metrics, and logs one line when exports start to fail and one when they
 * succeed again. The exporter is loaded only when it is used.
 */
export async function openPush({ settings, headers, otlp, environment, log, timeLeft }: PushOptions): Promise<Push> {
  const { hide } = headers;
  const close = routeDiagnostics((message) => log.warn({ source: 'opentelemetry' }, hide(message)));
  if (settings === undefined) {
    if (otlp === true && isSdkDisabled(environment)) log.warn('OTEL_SDK_DISABLED is true, so nothing is pushed');
    return { failures: () => ({ otlp: 0 }), close, readers: undefined };
  }
  const { endpoint, interval, protocol } = settings;
  const report = new ExportReport({ log, exporter: 'otlp', endpoint, what: 'metrics', hide });
  const { otlpReader, loadMetricExporter } = await import('../../export/otlp/otlp.ts');
  const exporter = await loadMetricExporter(protocol);
  const tls = pushTls(settings, 'METRICS', environment, log);
  log.debug({ exporter: 'otlp', protocol, endpoint, interval }, 'metrics will be pushed');
  return {
    failures: () => ({ otlp: report.failures }),
    close,
    readers: (collector) => [
      otlpReader({
        ...settings,
        exporter,
        headers: headers.read,
        tls,
        producer: collector.producer('push'),
        userAgent: `connwatch/${version}`,
        onExport: (error) => report.onExport(error),
        onIncomplete: (error) => log.error({ code: 'CW_PAGE' satisfies ErrorCode, error: hide(oneLine(error)) }, 'the pushed metrics are incomplete'),
        timeLeft,
      }),
    ],
  };
}
