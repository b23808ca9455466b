import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { at } from '../harness/host.ts';

/** What a prober saw. */
export interface Probed {
  readonly asked: number;
  /** With status 200, in time. */
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds until the slowest answer, or until it was given up. */
  readonly longest: number;
  /** Most failures one after the other. */
  readonly inARow: number;
  readonly reasons: Readonly<Record<string, number>>;
}

export interface ProbeOptions {
  /** Milliseconds from one question to the next. @default 200 */
  readonly period?: number;
  /** Milliseconds after which no answer is a failure. @default 5000, the chart's */
  readonly timeout?: number;
}

/** Asks a probe again and again, in a process of its own. To be disposed of. */
export class Prober implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #said: Promise<string>;

  constructor(url: string, { period = 200, timeout = 5000 }: ProbeOptions = {}) {
    const program = at('test', 'endure', 'tools', 'probe.mjs');
    this.#child = spawn(process.execPath, [program, url, `${period}`, `${timeout}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#said = text(this.#child.stdout!);
  }

  async finish(): Promise<Probed> {
    this.#child.stdin!.end();
    return JSON.parse(await this.#said) as Probed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
