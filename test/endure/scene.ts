import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AGENT_ENVIRONMENT } from '../../scripts/lib/agent.mjs';
import { Agent, type AgentOptions } from '../harness/agent.ts';
import { bpfHeldBy, stillInKernel } from '../harness/kernel/bpf.ts';
import { lossesOf } from '../harness/scrape/counts.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import type { Random } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { Checks } from './checks.ts';
import { comparedSince, driftOf, NO_DRIFT } from './drift.ts';
import { type Load, type LoadOptions, madeBy, makeLoad, type Place, seenOf, sum } from './load.ts';
import { Prober, type ProbeOptions } from './probe.ts';

export interface Limits {
  /** The longest that an answer of a probe may take, milliseconds. */
  readonly answer: number;
  /** How long a scene looks for what must be counted, milliseconds. */
  readonly patience: number;
}

export const CAMPAIGN: Limits = { answer: 1000, patience: 30_000 };

export interface Expectation {
  readonly namespace?: Namespace;
  /** Rows of `connwatch_events_lost_total`. @default none */
  readonly lost?: 'none' | 'any';
}

/** Where one fault is made, with all that it needs. To be disposed of. */
export class Scene implements AsyncDisposable {
  readonly checks = new Checks();
  readonly random: Random;
  readonly limits: Limits;
  readonly generator: Generator;
  readonly #stack = new AsyncDisposableStack();
  /** Agents that have ended, and how. */
  readonly #ends = new Map<Agent, string>();

  constructor(random: Random, limits: Limits = CAMPAIGN) {
    this.random = random;
    this.limits = limits;
    this.generator = this.#stack.use(new Generator());
  }

  /** Disposes of it at the end. */
  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    return this.#stack.use(resource);
  }

  /** A window of 1 s, with the environment that a user's agent has. */
  async agent(options: AgentOptions = {}): Promise<Agent> {
    const args = options.args ?? [];
    const interval = args.includes('--interval') ? [] : ['--interval', '1s'];
    const agent = this.use(await Agent.start({ ...options, args: [...interval, ...args], env: { ...AGENT_ENVIRONMENT, ...options.env } }));
    void agent.exited.then(({ code, signal }) => this.#ends.set(agent, `the agent ended by ${signal ?? `exit code ${code}`}: ${lastWords(agent)}`));
    return agent;
  }

  /** How agents ended so far, for a run that was cut short by it. */
  get ends(): readonly string[] {
    return [...this.#ends.values()];
  }

  /** A namespace with somebody in it, so that an agent compares itself with the kernel there. */
  async namespace(): Promise<Namespace> {
    const namespace = this.use(await Namespace.create());
    const holder = this.generator.start(this.random.name('holder'), ['listen', '--port', '0'], namespace);
    await holder.said.line({ listening: true });
    // Before the namespace is deleted: it would live on with its process.
    this.#stack.defer(() => holder.kill());
    return namespace;
  }

  /** Both sides of the drift have begun. */
  async compares(agent: Agent, namespace: Namespace): Promise<void> {
    const seen = await this.settle(agent, (page) => driftOf(page, namespace.inode), NO_DRIFT);
    if (!isDeepStrictEqual(seen, NO_DRIFT)) this.checks.equal('drift before the fault', seen, NO_DRIFT);
  }

  load(place: Place, options: LoadOptions): Load {
    return makeLoad(this.generator, place, this.random, options);
  }

  prober(agent: Agent, path: string, options?: ProbeOptions): Prober {
    return this.use(new Prober(`http://${agent.health}${path}`, options));
  }

  /** Every question was answered with 200, in time. */
  async answered(what: string, prober: Prober, { answer = this.limits.answer } = {}): Promise<void> {
    const { asked, answered, longest, reasons } = await prober.finish();
    this.checks.equal(`${what} answered`, { of: asked, ok: answered, ...reasons }, { of: asked, ok: asked });
    this.checks.atMost(`${what} longest answer`, longest, answer, 'ms');
  }

  /** What both probes say now. */
  async healthy(agent: Agent): Promise<void> {
    const status = async (path: string) => (await fetch(`http://${agent.health}${path}`)).status;
    this.checks.equal('liveness, readiness', [await status('/liveness'), await status('/readiness')], [200, 200]);
  }

  /** What the loads made is what the page says, now and two windows later; no drift, nothing lost. */
  async counted(agent: Agent, loads: readonly Load[], { namespace, lost = 'none' }: Expectation = {}): Promise<Page> {
    const names = [...new Set(loads.flatMap((load) => load.names))];
    const made = await madeBy(names, loads);
    const end = performance.now();
    let page!: Page;
    const look = (now: Page) => {
      page = now;
      const compared = namespace === undefined ? {} : { drift: driftOf(now, namespace.inode), compared: comparedSince(now, namespace.inode, end) };
      return { counts: seenOf(now, names), ...compared };
    };
    const seen = await this.settle(agent, look, { counts: made, ...(namespace && { drift: NO_DRIFT, compared: true }) });
    this.checks.equal('connections', sum(seen.counts), sum(made));
    if (!isDeepStrictEqual(seen.counts, made) && isDeepStrictEqual(sum(seen.counts), sum(made))) this.checks.equal('by executable', seen.counts, made);
    if (namespace !== undefined) this.checks.equal('drift', worst(driftOf(page, namespace.inode), comparedSince(page, namespace.inode, end)), 0);
    if (lost === 'none') this.checks.equal('records lost', lossesOf(page), {});
    return page;
  }

  /** The last look: what is expected and has stayed so for two windows, or what it was when patience ended. */
  async settle<T>(agent: Agent, look: (page: Page) => T, expected: NoInfer<T>, patience = this.limits.patience): Promise<T> {
    const end = performance.now() + patience;
    const windows = new Set<number>();
    for (;;) {
      const start = performance.now();
      const page = await this.#page(agent, end);
      const seen = look(page);
      if (isDeepStrictEqual(seen, expected)) windows.add(page.sum('connwatch_window_end_seconds'));
      else windows.clear();
      if (windows.size > 2 || performance.now() > end) return seen;
      // A large page is work for the agent, too.
      await delay(Math.max(200, 2 * (performance.now() - start)));
    }
  }

  /** A page, although a scrape may fail while others crowd the port. @throws (rejects) when the time is up, or the agent has ended */
  async #page(agent: Agent, end: number): Promise<Page> {
    for (;;) {
      try {
        return await agent.scrape();
      } catch (error) {
        // What fetch throws. A page that can't be read is no excuse.
        if (!(error instanceof TypeError) || performance.now() > end || this.#ends.has(agent)) throw error;
        await delay(200);
      }
    }
  }

  /** Ends it as a service manager does: exit code 0, and nothing is left. */
  async stops(agent: Agent): Promise<void> {
    const held = bpfHeldBy(agent.pid);
    this.checks.equal('exit code at SIGTERM', (await agent.stop()).code, 0);
    this.checks.equal(`left of ${held.length} BPF objects and 1 process`, await this.leftOf(agent.pid, held), []);
  }

  /** What there still is of an agent that has ended. The kernel frees it a moment later. */
  async leftOf(pid: number, held: readonly string[]): Promise<string[]> {
    const end = performance.now() + 10_000;
    let left = await stillInKernel(held);
    while (left.length > 0 && performance.now() < end) {
      await delay(50);
      left = await stillInKernel(held);
    }
    return existsSync(`/proc/${pid}`) ? [...left, `process ${pid}`] : left;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** What a person would read first of its log: how Node.js ended, else the last error. */
function lastWords({ logs }: Agent): string {
  const abort = logs.rest.find((line) => /FATAL|terminate|Assertion|Aborted/.test(line));
  if (abort !== undefined) return abort;
  const fatal = logs.lines.findLast(({ level }) => level === 'fatal' || level === 'error')?.['msg'];
  return typeof fatal === 'string' ? fatal : (logs.rest.at(-1) ?? 'without a word');
}

/** The counter that is furthest off, or why there is none. */
function worst(drift: Readonly<Record<string, number>>, compared: boolean): unknown {
  if (!compared) return 'not compared after the load';
  const values = Object.values(drift);
  return values.every((value) => value === 0) ? 0 : drift;
}
