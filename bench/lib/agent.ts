import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AGENT_ENVIRONMENT, AGENT_OPTIONS } from '../../scripts/lib/agent.mjs';
import { agentEnvironment } from '../../test/harness/environment.ts';
import { at } from '../../test/harness/host.ts';
import { Logs } from '../../test/harness/logs.ts';
import { watched } from './cleanup.ts';
import { totalCpuOf } from './cpu.ts';

export const NODE = [at('node_modules', `node-linux-${process.arch}`, 'bin', 'node'), ...AGENT_OPTIONS];

const ARGS = ['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0', '--log-format', 'json'];

export interface AgentOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that becomes the one that is given to it. */
  readonly wrapper?: readonly string[];
}

/** A Node.js program that logs a line `"msg":"ready"`, and how it came to it. */
export class Program implements AsyncDisposable {
  readonly pid: number;
  readonly logs: Logs;
  /** Milliseconds from its start to the line. */
  readonly ready: number;
  /** CPU it had used by then, milliseconds. */
  readonly readyCpu: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, logs: Logs, start: number) {
    this.#child = child;
    this.logs = logs;
    this.ready = performance.now() - start;
    this.pid = child.pid!;
    this.readyCpu = totalCpuOf(this.pid);
  }

  static async start(command: readonly string[], { env = {}, wrapper = [] }: Omit<AgentOptions, 'args'> = {}): Promise<Program> {
    const [file = '', ...args] = [...wrapper, ...NODE, ...command];
    const start = performance.now();
    const child = watched(spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...agentEnvironment(), ...AGENT_ENVIRONMENT, ...env } }));
    const logs = new Logs(child.stderr);
    await logs.line({ msg: 'ready' });
    return new Program(child, logs, start);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** The agent as it is shipped: bundled, on its own Node.js. */
export function startAgent({ args = [], ...how }: AgentOptions = {}): Promise<Program> {
  return Program.start([at('dist', 'connwatch.js'), ...ARGS, ...args], how);
}
