import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { Cgroup, hierarchies } from './kernel/cgroup.ts';
import type { Namespace } from './kernel/namespace.ts';
import { Logs } from './logs.ts';
import { at } from './paths.ts';

export type FloodMode = 'destinations' | 'executables' | 'processes' | 'sockets';

/** test/tools/flood_options.h */
export interface FloodOptions {
  readonly count?: number;
  readonly seconds?: number;
  readonly workers?: number;
  readonly sharers?: number;
}

export interface FloodMade {
  readonly attempts: number;
  readonly refused: number;
  readonly seconds: number;
}

let count = 0;

/** For one who floods. */
export const floodCgroup = (): Cgroup => new Cgroup(hierarchies()[0], `/connwatch-flood-${process.pid}-${count++}`);

/** Removes it once the last process is gone: workers die with their parent, but not at once. */
export async function removeCgroup(cgroup: Cgroup): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return cgroup.remove();
    } catch {
      await delay(20);
    }
  }
}

/** test/tools/flood.c, as nobody and in a cgroup of its own unless one is given. To be disposed of. */
export class Flood implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #own: Cgroup | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-flood-'));
  readonly #ended: Promise<unknown[]>;
  readonly #stderr: Promise<string>;
  readonly #said: Logs;

  constructor(mode: FloodMode, options: FloodOptions, namespace: Pick<Namespace, 'command'>, given?: Cgroup) {
    this.#own = given === undefined ? floodCgroup() : undefined;
    const cgroup = given ?? this.#own!;
    chmodSync(this.#folder, 0o777);
    const numbers = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const command = [at('build', 'test-tools', 'flood'), mode, '--folder', this.#folder, ...numbers];
    const [file = '', ...args] = cgroup.command(...namespace.command(...command));
    this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#said = new Logs(this.child.stdout!);
    this.#stderr = text(this.child.stderr!);
    this.#ended = once(this.child, 'close');
  }

  /** Of sockets: resolves when they are open. */
  async open(): Promise<number> {
    return Number((await this.#said.line({}))['open']);
  }

  /** What it made. Of sockets: closes them. @throws (rejects) with what it said when it failed */
  async finish(): Promise<FloodMade> {
    this.child.stdin!.end();
    const [code, signal] = await this.#ended;
    if (code !== 0) throw new Error(`flood ended with ${String(signal ?? code)}: ${await this.#stderr}`);
    return this.#said.lines.at(-1) as unknown as FloodMade;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
    if (this.#own !== undefined) await removeCgroup(this.#own);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
