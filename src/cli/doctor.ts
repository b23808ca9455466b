import type { Settings } from '../config/index.ts';
import type { Check, TableOptions } from '../doctor/index.ts';
import { EXIT } from './failure.ts';

export interface DoctorOptions extends TableOptions {
  readonly settings: Settings;
  readonly json: boolean;
  readonly stdout: (text: string) => void;
}

/**
 * `connwatch doctor`: what the agent needs of this machine, and whether it is
 * there. Exit code 0 when the agent would start (what is degraded is told), else 1.
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { collectFacts, examine, startable, table } = await import('../doctor/index.ts');
  const checks = examine(await collectFacts(options.settings));
  const starts = startable(checks);
  options.stdout(options.json ? json(checks, starts) : `${table(checks, options)}\n${verdict(checks, starts)}\n`);
  return starts ? EXIT.fine : EXIT.failed;
}

function json(checks: readonly Check[], starts: boolean): string {
  return `${JSON.stringify({ starts, checks }, undefined, 2)}\n`;
}

function verdict(checks: readonly Check[], starts: boolean): string {
  const count = (wanted: Check['status']) => checks.filter(({ status }) => status === wanted).length;
  const degraded = count('degraded');
  if (!starts) return `The agent would not start here: ${count('missing')} missing.`;
  return degraded === 0 ? 'The agent would start here.' : `The agent would start here; ${degraded} degraded.`;
}
