import type { Namespace } from '../../harness/kernel/namespace.ts';
import type { LogLine } from '../../harness/logs.ts';
import type { Generator, Traffic, Truth } from '../../harness/traffic.ts';

/** What a command was answered: the call's errno, undefined for success, and what else it says. */
export interface Answer extends LogLine {
  readonly errno?: string;
}

/** A process that makes one socket call after the other, as it is told: test/tools/script/script.h. */
export class Actor {
  readonly name: string;
  readonly #traffic: Traffic;
  #told = 0;
  #pid = 0;

  private constructor(name: string, traffic: Traffic) {
    this.name = name;
    this.#traffic = traffic;
  }

  static async start(generator: Generator, name: string, namespace?: Pick<Namespace, 'command'>): Promise<Actor> {
    const actor = new Actor(name, generator.start(name, ['script'], namespace));
    actor.#pid = Number((await actor.#next())['pid']);
    return actor;
  }

  get pid(): number {
    return this.#pid;
  }

  /** Tells it all of the commands at once. @returns the last one's answer @throws (rejects) when one of them fails */
  async do(...commands: string[]): Promise<Answer> {
    const answers = await this.ask(...commands);
    const failed = answers.findIndex(({ errno }) => errno !== undefined);
    if (failed >= 0) throw new Error(`${this.name}: ${commands[failed]}: ${answers[failed]!.errno}`);
    return answers.at(-1)!;
  }

  /** The same for commands that may fail. @returns every answer */
  async ask(...commands: string[]): Promise<Answer[]> {
    this.#traffic.write(...commands);
    const answers: Answer[] = [];
    while (answers.length < commands.length) answers.push(await this.#next());
    return answers;
  }

  /** Its last command's error must be this one. @throws (rejects) with the other */
  async fails(errno: string, ...commands: string[]): Promise<void> {
    const answer = (await this.ask(...commands)).at(-1)!;
    if (answer.errno !== errno) throw new Error(`${this.name}: ${commands.at(-1)}: ${answer.errno ?? 'succeeded'}, not ${errno}`);
  }

  /** Becomes another program, which has the socket as 0. @returns what it made until then */
  async exec(slot: number, folder: string, name: string): Promise<Truth> {
    const [before] = await this.ask(`exec ${slot} ${folder} ${name}`);
    await this.#next();
    return { ...before, pid: this.pid, comm: this.name } as unknown as Truth;
  }

  /** Closes everything. @returns what it made */
  finish(): Promise<Truth> {
    return this.#traffic.finish();
  }

  /** By SIGKILL. */
  kill(): Promise<void> {
    return this.#traffic.kill();
  }

  #next(): Promise<LogLine> {
    return this.#traffic.said.nth(this.#told++);
  }
}
