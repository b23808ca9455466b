import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { at } from '../../test/harness/host.ts';
import { must } from '../../test/harness/run.ts';
import { NODE } from './agent.ts';
import { watched } from './cleanup.ts';

export const built = (name: string): string => at('build', 'bench', name);

/** A program that answers lines on its standard input with lines of JSON, until that ends. */
class Asked implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly #stderr: Promise<string>;

  constructor(command: string, args: readonly string[]) {
    this.#child = watched(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }));
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
    this.#stderr = text(this.#child.stderr!);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Its next line. @throws (rejects) with what it said when it has none */
  async line(): Promise<unknown> {
    const next: IteratorResult<string, undefined> = await this.#lines.next();
    if (next.done === true) throw new Error(await this.#stderr);
    return JSON.parse(next.value) as unknown;
  }

  ask(question = ''): Promise<unknown> {
    this.#child.stdin!.write(`${question}\n`);
    return this.line();
  }

  /** Ends its input and takes its last line. */
  finish(): Promise<unknown> {
    this.#child.stdin!.end();
    return this.line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }
}

/** One of bench/tools. */
export class Tool extends Asked {
  constructor(name: string, ...args: string[]) {
    super(built(name), args);
  }
}

/** One in TypeScript, on the agent's Node.js. */
export class NodeTool extends Asked {
  constructor(args: readonly string[]) {
    const [file = '', ...options] = NODE;
    super(file, [...options, ...args]);
  }
}

export interface Produced {
  readonly produced: number;
  /** Records that found the ring full. */
  readonly lost: number;
  readonly seconds: number;
}

export interface Production {
  /** Whose ring. */
  readonly pid: number;
  readonly keys: number;
  /** Records a second; 0: as fast as it goes. */
  readonly rate: number;
  readonly count: number;
}

/** Writes records of connections that never were into the ring of a process. */
export async function produce({ pid, keys, rate, count }: Production): Promise<Produced> {
  const printed = await must([built('producer'), built('produce.bpf.o'), `${pid}`, `${keys}`, `${rate}`, `${count}`]);
  return JSON.parse(printed) as Produced;
}

/** A kernel program on a tracepoint, whoever attached it. */
export interface Attached {
  readonly id: number;
  readonly name: string;
  readonly tracepoint: string;
  /** How long it ran and how often, while that is measured. */
  readonly ns: number;
  readonly hits: number;
}
