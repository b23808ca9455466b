import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { agentEnvironment } from './environment.ts';
import { at } from './host.ts';
import { noteBpf } from './kernel/bpf.ts';
import type { Namespace } from './kernel/namespace.ts';
import { Logs } from './logs.ts';
import { must } from './run.ts';
import { Page, parsePage, seriesOf, type Sample } from './scrape/exposition.ts';
import { until, type UntilOptions } from './until.ts';

export interface AgentOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly namespace?: Pick<Namespace, 'command'>;
  /** least: what the chart gives it, and no file system to write to. all: those of the test. @default least */
  readonly privileges?: 'least' | 'all';
  /** What to run in place of the program of this checkout: with the arguments as they are, and it goes into `namespace` by itself. */
  readonly command?: readonly string[];
  /** Goes on from the moment that it serves until it is ready. */
  readonly meanwhile?: (agent: Agent) => Disposable;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

// No literal: these scripts have no types.
const scripts = at('scripts', 'lib', 'agent.mjs');
const { AGENT_OPTIONS } = (await import(scripts)) as { readonly AGENT_OPTIONS: readonly string[] };

/** The program as a user runs it, without arguments and with the privileges of the test. */
export const AGENT: readonly string[] = [at('node_modules', `node-linux-${process.arch}`, 'bin', 'node'), ...AGENT_OPTIONS, at('dist', 'connwatch.js')];

/** What a user runs, with short windows and free ports. Arguments that come later win. */
function agentCommand({ args = [], namespace, privileges = 'least', command }: AgentOptions): string[] {
  if (command !== undefined) return [...command, ...args];
  const confined = privileges === 'least' ? [at('build', 'test-tools', 'confine')] : [];
  const words = [...confined, ...AGENT, ...withDefaults(args)];
  return namespace?.command(...words) ?? words;
}

const DEFAULTS: Readonly<Record<string, string>> = {
  '--metrics-addr': '127.0.0.1:0',
  '--health-addr': '127.0.0.1:0',
  '--interval': '200ms',
  '--log-format': 'json',
  // Many agents at a time.
  '--socket': 'off',
};

// A flag that is given twice is refused. With a file the interval is the file's, which a flag would beat.
function withDefaults(args: readonly string[]): string[] {
  const given = args.includes('--config') ? [...args, '--interval'] : args;
  const missing = Object.entries(DEFAULTS).filter(([flag]) => !given.includes(flag));
  return [...missing.flat(), ...args];
}

/** A running agent. To be disposed of. */
export class Agent implements AsyncDisposable {
  readonly logs: Logs;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #namespace: Pick<Namespace, 'command'> | undefined;
  #metrics = '';
  #health = '';
  // The last sample of each series that ever was on a page.
  readonly #history = new Map<string, Sample>();

  private constructor(options: AgentOptions) {
    const [file = '', ...args] = agentCommand(options);
    this.#namespace = options.namespace;
    this.#child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...agentEnvironment(), ...options.env } });
    this.logs = new Logs(this.#child.stderr!);
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Resolves when the agent says that it is ready. */
  static async start(options: AgentOptions = {}): Promise<Agent> {
    const agent = new Agent(options);
    agent.#metrics = String((await agent.logs.line({ server: 'metrics' }))['address']);
    agent.#health = String((await agent.logs.line({ server: 'health' }))['address']);
    using _meanwhile = options.meanwhile?.(agent);
    await agent.logs.line({ msg: 'ready' });
    noteBpf(agent.pid);
    return agent;
  }

  /** Of an agent that is expected not to start. */
  static async refuse(options: AgentOptions): Promise<Exit & { readonly logs: Logs }> {
    const agent = new Agent(options);
    return { ...(await agent.exited), logs: agent.logs };
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** `host:port` */
  get metrics(): string {
    return this.#metrics;
  }

  get health(): string {
    return this.#health;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async text(): Promise<string> {
    const url = `http://${this.#metrics}/metrics`;
    if (this.#namespace !== undefined) return fetchIn(this.#namespace, url);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    return response.text();
  }

  async scrape(): Promise<Page> {
    const page = parsePage(await this.text());
    for (const sample of page.samples) this.#history.set(seriesOf(sample), sample);
    return page;
  }

  /** Every series that was on a page, with its last value: also of processes that have left the page. */
  get history(): Page {
    return new Page([...this.#history.values()]);
  }

  /**
   * Scrapes until the page shows what is expected, then for two more windows:
   * what has been counted must stay as it is.
   */
  async settles<T>(look: (page: Page, history: Page) => T, expected: T, options?: UntilOptions): Promise<Page> {
    let page = await this.scrape();
    const see = async () => {
      page = await this.scrape();
      return look(page, this.history);
    };
    await until(see, expected, options);
    const ends = new Set([windowEnd(page)]);
    await until(async () => (await see(), ends.add(windowEnd(page)).size > 2), true, options);
    expect(look(page, this.history), 'two windows later').toStrictEqual(expected);
    return page;
  }

  /** Ends it as a service manager does. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.signal('SIGKILL');
      await this.exited;
    }
  }
}

/** The text of a page that is served in a network namespace. */
export function fetchIn(namespace: Pick<Namespace, 'command'>, url: string): Promise<string> {
  return must(namespace.command(process.execPath, '-e', FETCH, url));
}

const FETCH = 'fetch(process.argv[1]).then((r) => r.text()).then((t) => process.stdout.write(t))';

function windowEnd(page: Page): number {
  return page.sum('connwatch_window_end_seconds');
}
