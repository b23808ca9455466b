import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { AGENT } from './agent.ts';
import { agentEnvironment } from './environment.ts';
import { at } from './host.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly found: string;
  readonly code?: string;
}

const ANY_PORT = '127.0.0.1:0';

interface DoctorOptions {
  readonly metrics?: string;
  readonly health?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Asks `connwatch doctor`.
 * @param wrapper a command that runs another one
 * @param options where the servers of the agent would be; more variables
 * @returns its exit code, the ids of the checks by status, and the checks
 */
export async function doctor(wrapper: readonly string[] = [], { metrics = ANY_PORT, health = ANY_PORT, env = {} }: DoctorOptions = {}) {
  const flags = ['--json', '--metrics-addr', metrics, '--health-addr', health];
  const [file = '', ...args] = [...wrapper, ...AGENT, 'doctor', ...flags];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: at(), env: { ...agentEnvironment(), ...env } });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  const { starts, checks } = JSON.parse(stdout) as { readonly starts: boolean; readonly checks: readonly Check[] };
  const of = (wanted: string) => checks.filter(({ status: found }) => found === wanted).map(({ id }) => id);
  return { code, starts, missing: of('missing'), unknown: of('unknown'), degraded: of('degraded'), checks };
}
