import { type OtlpTarget, printSettings, type PushSettings, type Resolution } from '../../config/index.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';

/**
 * `connwatch config`: the settings in force as YAML, and the push as comments, since OpenTelemetry's variables configure it.
 * @throws (rejects) ConnwatchError CW_WEB_CONFIG if the agent could not use the file of --web-config-file
 */
export async function printConfig(host: Pick<Host, 'stdout'>, resolution: Resolution, pushed: PushSettings): Promise<number> {
  const { webConfigFile } = resolution.settings;
  if (webConfigFile !== undefined) {
    const { WebFile } = await import('../../config/web/web-file.ts');
    new WebFile(webConfigFile, { onReload: () => {}, onRefusal: () => {} });
  }
  host.stdout(`${await printSettings(resolution)}${describe(pushed).map((line) => `# ${line}\n`).join('')}`);
  return EXIT.fine;
}

function describe({ metrics, logs }: PushSettings): string[] {
  const ofMetrics = metrics && [
    `OTLP: metrics are pushed to ${metrics.endpoint} every ${metrics.interval} ms, ${metrics.temporality} temporality`,
    ...how(metrics, `one export at most ${metrics.timeout} ms, one request ${metrics.requestTimeout} ms`),
  ];
  const ofLogs = logs && [
    `OTLP: records of failed connects are pushed to ${logs.endpoint} as logs`,
    ...how(logs, `one request at most ${logs.requestTimeout} ms`),
  ];
  return [
    ...(ofMetrics ?? ["OTLP: metrics are not pushed (--otlp and OpenTelemetry's variables turn it on: docs/otlp.md)"]),
    ...(ofLogs ?? ['OTLP: logs are not pushed']),
  ];
}

function how({ protocol, plain, compression, tlsVariables, headerNames }: OtlpTarget, times: string): string[] {
  const lines = [`${protocol}; ${times}; compression ${compression}; ${plain ? 'plain text' : 'TLS'}`];
  // A path may contain a newline, which would end the comment.
  if (!plain) lines.push(...tlsVariables.map(({ name, text }) => `${name}: ${JSON.stringify(text)}`));
  if (headerNames.length > 0) lines.push(`headers: ${headerNames.join(', ')} (values are not shown)`);
  return lines.map((line) => `  ${line}`);
}
