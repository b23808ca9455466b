import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AGENT } from './agent.ts';
import { agentEnvironment } from './environment.ts';
import { Logs } from './logs.ts';

/** `connwatch trace` and the like, while they run. To be disposed of. */
export class Live implements AsyncDisposable {
  /** Standard output: objects with --json, else the rest. */
  readonly said: Logs;
  readonly #child: ChildProcess;
  /** Standard error. */
  readonly heard: Logs;
  readonly #ended: Promise<unknown[]>;

  constructor(args: readonly string[], wrap: (command: readonly string[]) => readonly string[] = (command) => command) {
    const [file = '', ...rest] = wrap([...AGENT, ...args]);
    this.#child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: agentEnvironment() });
    this.said = new Logs(this.#child.stdout!);
    this.heard = new Logs(this.#child.stderr!);
    this.#ended = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<{ readonly code: number; readonly stderr: string }> {
    const [[code]] = await Promise.all([this.#ended, this.said.ended, this.heard.ended]);
    return { code: code as number, stderr: this.heard.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
