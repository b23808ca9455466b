import { pushSettings, type Settings } from '../../config/index.ts';
import type { Check, TableOptions } from '../../doctor/index.ts';
import { EXIT } from '../failure.ts';

export interface DoctorOptions extends TableOptions {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly stdout: (text: string) => void;
}

/**
 * `connwatch doctor`: checks whether this machine has what the agent needs. Exit code
 * by the worst check: 0 ok, 3 degraded, 1 the agent would not start.
 * @throws (rejects) ConnwatchError CW_CONFIG: OpenTelemetry's variables are invalid
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { collectFacts, examine, table, worst } = await import('../../doctor/index.ts');
  const { settings, environment } = options;
  const checks = examine(await collectFacts(settings, pushSettings(settings, environment)));
  const found = worst(checks);
  options.stdout(options.json ? json(checks, found) : `${table(checks, options)}\n${verdict(checks, found)}\n`);
  return CODES[found];
}

type Worst = keyof typeof CODES;
const CODES = { ok: EXIT.fine, degraded: EXIT.degraded, missing: EXIT.failed } as const;

function json(checks: readonly Check[], worst: Worst): string {
  return `${JSON.stringify({ starts: worst !== 'missing', worst, checks }, undefined, 2)}\n`;
}

function verdict(checks: readonly Check[], worst: Worst): string {
  const count = (wanted: Check['status']) => checks.filter(({ status }) => status === wanted).length;
  if (worst === 'missing') return `The agent would not start here: ${count('missing')} missing.`;
  if (worst === 'ok') return 'The agent would start here.';
  const unknown = count('unknown') === 0 ? '' : `, ${count('unknown')} unknown`;
  return `The agent would start here; ${count('degraded')} degraded${unknown}.`;
}
