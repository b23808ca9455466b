import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { at } from './host.ts';
import type { Namespace } from './kernel/namespace.ts';
import { type LogLine, Logs } from './logs.ts';

/** What conngen says it made; test/tools/truth.h. */
export interface Truth {
  readonly pid: number;
  /** Each byte is the character of its number. */
  readonly comm: string;
  readonly port: number;
  readonly attempts: number;
  readonly successes: number;
  /** By the values of `error.type`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly accepts: number;
  readonly wall_seconds: number;
  readonly cpu_seconds: number;
  /** With `--check-snmp`; it agrees, or conngen would have failed. */
  readonly snmp?: { readonly active_opens: number; readonly passive_opens: number; readonly agrees: boolean };
}

/** A conngen that runs. */
export class Traffic {
  /** Lines of its standard output. */
  readonly said: Logs;
  readonly #child: ChildProcess;
  readonly #stderr: Promise<string>;
  readonly #ended: Promise<unknown[]>;
  #told = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.said = new Logs(child.stdout!);
    this.#stderr = text(child.stderr!);
    this.#ended = once(child, 'close');
  }

  /** Writes lines to its standard input: for `script`. */
  write(...lines: string[]): void {
    this.#child.stdin!.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Ends its standard input, which is what `hang` and `listen` wait for, and takes the truth. */
  async finish(): Promise<Truth> {
    this.#child.stdin!.end();
    const [code, signal] = await this.#ended;
    if (code !== 0) throw new Error(`conngen ended with ${String(signal ?? code)}: ${await this.#stderr}${this.said.text}`);
    return this.said.lines.at(-1) as unknown as Truth;
  }

  /** A command for `talk` (test/tools/talk.h); resolves with its answer when it is done. */
  tell(command: string): Promise<LogLine> {
    this.#child.stdin!.write(`${command}\n`);
    return this.said.line({ said: ++this.#told });
  }

  /** By SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Copies of conngen under names of their own, so that what a test counts is its own. To be disposed of. */
export class Generator implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-traffic-'));
  readonly #running: Traffic[] = [];

  /**
   * @param name of the executable; `\xHH` stands for that byte
   * @param args test/tools/options.h
   */
  start(name: string, args: readonly string[], namespace?: Pick<Namespace, 'command'>): Traffic {
    // A file that is being executed can't be written: each has a folder of its own.
    const folder = join(this.#folder, `${this.#running.length}`);
    mkdirSync(folder);
    const command = [at('build', 'test-tools', 'conngen'), 'exec-as', folder, name, ...args];
    const [file = '', ...rest] = namespace?.command(...command) ?? command;
    const traffic = new Traffic(spawn(file, rest, { stdio: ['pipe', 'pipe', 'pipe'] }));
    this.#running.push(traffic);
    return traffic;
  }

  /** One that ends by itself. */
  run(name: string, args: readonly string[], namespace?: Pick<Namespace, 'command'>): Promise<Truth> {
    return this.start(name, args, namespace).finish();
  }

  [Symbol.dispose](): void {
    for (const traffic of this.#running) void traffic.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
