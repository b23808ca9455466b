import { mkdtempSync, readlinkSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from '../../harness/agent.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator, type Traffic, type Truth } from '../../harness/traffic.ts';
import { Differs, differenceOf } from '../difference.ts';
import type { Family } from '../family.ts';
import type { KernelCounter } from '../kernel-counters.ts';
import { tally, tallyOf, type Tallies, type Tally } from '../tally.ts';
import { Actor } from './actor.ts';
import { nameOf } from './names.ts';
import { Network } from './network.ts';
import { Owners } from './owners.ts';
import { Watch } from './watch.ts';

/** A port where nobody listens, in a new namespace. */
export const CLOSED_PORT = 7;

/** Long enough for three SYNs of which the first two are lost. */
const COMES_ABOUT_MS = 10_000;

const NOTHING = { port: 0, attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0, wall_seconds: 0, cpu_seconds: 0 };

/** A process that goes on until it is told to end. */
interface Running {
  role: string;
  readonly process: Actor | Traffic;
}

/**
 * What a case makes its connections with: namespaces, processes by the role
 * they play, and looks at the page on the way. To be disposed of.
 */
export class World extends Network {
  readonly owners = new Owners();
  #watch: Watch;
  readonly #agents = new AsyncDisposableStack();
  readonly #patience: number;
  readonly #generator = new Generator();
  readonly #folder = mkdtempSync(join(tmpdir(), 'cw-'));
  readonly #names = new Map<string, string>();
  readonly #running: Running[] = [];
  readonly #truths = new Map<string, Truth[]>();

  constructor(family: Family, watch: Watch, patience: number) {
    super(family);
    this.#watch = watch;
    this.#patience = patience;
  }

  get watch(): Watch {
    return this.#watch;
  }

  /** Starts an agent of the case's own, whose page is the one to look at from now on. */
  async agent(args: readonly string[] = []): Promise<Agent> {
    const agent = this.#agents.use(await Agent.start({ args: [...args] }));
    this.#watch = new Watch(agent);
    return agent;
  }

  /** The executable that plays the role. */
  name(role: string): string {
    const name = this.#names.get(role) ?? nameOf(role);
    this.#names.set(role, name);
    return name;
  }

  /** Of a file of the case's own. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  async actor(role: string, index = 0): Promise<Actor> {
    const actor = await Actor.start(this.#generator, this.name(role), await this.namespace(index));
    this.#running.push({ role, process: actor });
    return actor;
  }

  /** A generator that goes on until it is ended. */
  async start(role: string, args: readonly string[], index = 0): Promise<Traffic> {
    const traffic = this.#generator.start(this.name(role), args, await this.namespace(index));
    this.#running.push({ role, process: traffic });
    return traffic;
  }

  /** A generator that ends by itself. */
  async run(role: string, args: readonly string[], index = 0): Promise<Truth> {
    const truth = await this.#generator.run(this.name(role), args, await this.namespace(index));
    this.#made(role, truth);
    return truth;
  }

  /** The same as a child of another program, in namespaces where it does not know its own pid. */
  async runUnder(role: string, program: readonly string[], args: readonly string[]): Promise<void> {
    const namespace = await this.namespace();
    const command = (...inner: string[]) => namespace.command(...program, ...inner);
    const truth = await this.#generator.run(this.name(role), args, { command });
    this.#add(role, truth);
    this.owners.addUnknown(truth.comm, truth.attempts);
  }

  /** Has an actor become another program, which has its socket of that number as 0, in another role. */
  async exec(actor: Actor, slot: number, role: string): Promise<void> {
    const running = this.#running.find(({ process }) => process === actor)!;
    const before = await actor.exec(slot, this.#folder, this.name(role));
    this.#add(running.role, before);
    // The process is the same one and goes by its new name from its next connect on.
    this.owners.add(actor.pid, this.name(role), before.attempts);
    running.role = role;
  }

  deleteExecutable(actor: Actor): void {
    unlinkSync(readlinkSync(`/proc/${actor.pid}/exe`));
  }

  /** Ends a process now. */
  async end(process: Actor | Traffic): Promise<void> {
    for (const { role } of this.#take(process)) this.#made(role, await process.finish());
  }

  /** Kills a process, which can't tell what it has made: that. */
  async kill(actor: Actor, made: Tally): Promise<void> {
    await actor.kill();
    for (const { role } of this.#take(actor)) this.#made(role, { ...NOTHING, ...made, pid: actor.pid, comm: actor.name });
  }

  /** Ends every process that is left, in the order of their start. @returns what each role has made */
  async finish(): Promise<ReadonlyMap<string, readonly Truth[]>> {
    for (const { process } of [...this.#running]) await this.end(process);
    return this.#truths;
  }

  /**
   * Waits until the kernel itself counts this, in the case's namespaces together.
   * @throws (rejects) when it does not: the case did not come about
   */
  async comesAbout(counter: KernelCounter, value: number): Promise<void> {
    const end = performance.now() + COMES_ABOUT_MS;
    for (;;) {
      const { [counter]: seen = 0 } = await this.kernel();
      if (seen === value) return;
      if (performance.now() > end) throw new Error(`the kernel's ${counter}: ${seen}, not ${value}`);
      await delay(50);
    }
  }

  /** The page must show this now, and go on to. @throws (rejects) with the difference */
  async shows(expected: Tallies): Promise<void> {
    const wanted = Object.fromEntries(Object.entries(expected).map(([role, of]) => [role, tally({ ...of })]));
    const look = (page: Page) => this.tallies(page, expected);
    const difference = differenceOf(wanted, await this.#watch.settles(look, wanted, this.#patience));
    if (difference !== undefined) throw new Differs(`on the way, page: ${difference}`);
  }

  /** What the page says of the same things as `like`. */
  tallies(page: Page, like: Tallies): Record<string, Tally> {
    return Object.fromEntries(Object.entries(like).map(([role, of]) => [role, tallyOf(page, this.name(role), of)]));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#generator[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#agents.disposeAsync();
    await super[Symbol.asyncDispose]();
  }

  #made(role: string, truth: Truth): void {
    this.#add(role, truth);
    this.owners.add(truth.pid, truth.comm, truth.attempts);
  }

  #add(role: string, truth: Truth): void {
    this.#truths.set(role, [...(this.#truths.get(role) ?? []), truth]);
  }

  #take(process: Actor | Traffic): Running[] {
    const index = this.#running.findIndex((running) => running.process === process);
    return index < 0 ? [] : this.#running.splice(index, 1);
  }
}
