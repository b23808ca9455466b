import { printSettings, type PushSettings, type Resolution } from '../config/index.ts';
import { EXIT } from './failure.ts';
import type { Host } from './host.ts';

/** `connwatch config`: the settings in force as YAML, and as comments what is pushed, which variables of others decide. */
export async function printConfig(host: Pick<Host, 'stdout'>, resolution: Resolution, pushed: PushSettings): Promise<number> {
  host.stdout(`${await printSettings(resolution)}${describe(pushed).map((line) => `# ${line}\n`).join('')}`);
  return EXIT.fine;
}

function describe({ metrics, logs }: PushSettings): string[] {
  return [
    metrics === undefined
      ? "OTLP: no metrics are pushed (--otlp and OpenTelemetry's variables decide: docs/otlp.md)"
      : `OTLP: metrics are pushed to ${metrics.endpoint} every ${metrics.interval} ms, ${metrics.temporality} temporality`,
    logs === undefined ? 'OTLP: no logs are pushed' : `OTLP: records of failed connects are pushed to ${logs.endpoint} as logs`,
  ];
}
