import { spawnSync } from 'node:child_process';
import { AGENT, agentEnvironment } from './agent.ts';
import { at } from './host.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly found: string;
  readonly code?: string;
}

const ANY_PORT = '127.0.0.1:0';

/**
 * Asks `connwatch doctor`.
 * @param wrapper a command that runs another one
 * @param addresses where the servers of the agent would be
 * @returns its exit code, the ids of the checks by status, and the checks
 */
export function doctor(wrapper: readonly string[] = [], { metrics = ANY_PORT, health = ANY_PORT } = {}) {
  const flags = ['--json', '--metrics-addr', metrics, '--health-addr', health];
  const [file = '', ...args] = [...wrapper, ...AGENT, 'doctor', ...flags];
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8', cwd: at(), env: agentEnvironment() });
  const { starts, checks } = JSON.parse(stdout) as { readonly starts: boolean; readonly checks: readonly Check[] };
  const of = (wanted: string) => checks.filter(({ status: found }) => found === wanted).map(({ id }) => id);
  return { code: status, starts, missing: of('missing'), unknown: of('unknown'), degraded: of('degraded'), checks };
}
