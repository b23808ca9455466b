import { Agent } from '../harness/agent.ts';
import type { Namespace } from '../harness/kernel/namespace.ts';
import { SILENT_PORT } from '../harness/kernel/namespace.ts';
import type { Random } from '../harness/random.ts';
import { Prometheus } from '../harness/scrape/prometheus.ts';
import { Generator, type Traffic } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { lossyNamespace, PORTS } from './network.ts';

/** How often each thing happens. */
export interface Plan {
  /** Connects to the database before `Scene.middle`, and after it. */
  readonly earlier: number;
  readonly later: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly cancelled: number;
  readonly waiting: number;
  readonly slow: number;
  readonly lostAnswers: number;
  readonly backlog: number;
  readonly late: number;
  /** Connections that a client leaves in CLOSE_WAIT: at first, and in the end. */
  readonly leaked: number;
  readonly leakedInTheEnd: number;
  /** Bytes that a client sends and receives. */
  readonly sent: number;
  readonly received: number;
  readonly resets: number;
}

export function planned(random: Random): Plan {
  const few = () => random.between(2, 6);
  const many = () => random.between(10, 60);
  return {
    earlier: many(),
    later: many(),
    refused: many(),
    unanswered: few(),
    cancelled: few(),
    waiting: few(),
    slow: few(),
    lostAnswers: few(),
    backlog: few(),
    late: few(),
    leaked: few(),
    leakedInTheEnd: random.between(8, 14),
    sent: random.between(100_000, 900_000),
    received: random.between(100_000, 900_000),
    resets: few(),
  };
}

export const NAMES = ['database', 'api', 'job', 'waiter', 'mobile', 'gateway', 'full', 'filler', 'late', 'upstream', 'leaky', 'store', 'bulk', 'moody'] as const;
export type Name = (typeof NAMES)[number];

/**
 * An agent that counts these programs only, a Prometheus that scrapes it, and programs with all the troubles
 * that docs/queries.md asks for. In the end nothing changes any more.
 */
export class Scene implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly plan: Plan;
  readonly names: Readonly<Record<Name, string>>;
  readonly address: string;
  /** Ports by the program that listens. */
  readonly ports: Partial<Record<Name, number>> = {};
  namespace!: Namespace;
  agent!: Agent;
  prometheus!: Prometheus;
  #generator!: Generator;
  /** Unix time between the earlier connects and everything else. */
  middle = 0;
  /** Unix time of a scrape at which a client has leaked some connections, and not yet the rest. */
  between = 0;
  /** Unix time of a scrape after everything. increase() is exact at the very time of a scrape. */
  end = 0;

  private constructor(random: Random) {
    this.plan = planned(random);
    this.names = Object.fromEntries(NAMES.map((name) => [name, random.name(name)])) as Record<Name, string>;
    this.address = `127.${random.between(2, 250)}.${random.between(0, 250)}.1`;
  }

  static async play(random: Random): Promise<Scene> {
    const scene = new Scene(random);
    try {
      await scene.#open();
      await scene.#earlier();
      await scene.#later();
      await scene.#rest();
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { slow, lostAnswers } = this.plan;
    this.namespace = this.#stack.use(await lossyNamespace({ syns: slow, answers: lostAnswers, segments: 1 }));
    // Nothing else of this machine counts, whatever else runs.
    this.agent = this.#stack.use(await Agent.start({ args: ['--include', `executable=${Object.values(this.names).join(',')}`] }));
    this.prometheus = this.#stack.use(await Prometheus.start(this.agent.metrics));
    this.#generator = this.#stack.use(new Generator());
    await this.#scraped(1);
  }

  async #earlier(): Promise<void> {
    const { port } = await this.#start('database', 'listen', '--port', '0').said.line({ listening: true });
    this.ports.database = port as number;
    await this.#run('api', 'plain', '--port', String(port), '--count', `${this.plan.earlier}`);
    await this.agent.settles((page) => page.sum('connwatch_tcp_accepts_total', { process_executable_name: this.names.database }), this.plan.earlier);
    this.middle = await this.#scraped(3);
  }

  /** What takes a second or more happens at the same time. */
  async #later(): Promise<void> {
    const { plan } = this;
    const { said } = this.#start('waiter', 'hang', '--port', `${SILENT_PORT}`, '--count', `${plan.waiting}`);
    await said.line({ hanging: true });
    await Promise.all([this.#failures(), this.#lossy(), this.#overflow(), this.#leak(), this.#talkers()]);
  }

  async #failures(): Promise<void> {
    const { plan, ports } = this;
    await this.#run('api', 'plain', '--port', `${ports.database}`, '--count', `${plan.later}`);
    await this.#run('api', 'plain', '--port', '7', '--count', `${plan.refused}`);
    await this.#run('job', 'cancel', '--port', `${SILENT_PORT}`, '--count', `${plan.cancelled}`);
    await this.#run('job', 'give-up', '--give-up', '1500', '--port', `${SILENT_PORT}`, '--count', `${plan.unanswered}`);
  }

  async #lossy(): Promise<void> {
    const { plan } = this;
    for (const port of [PORTS.lostSyn, PORTS.lostAnswer]) await this.#start('gateway', 'listen', '--port', `${port}`).said.line({ listening: true });
    const all = (count: number) => ['--count', `${count}`, '--threads', `${count}`];
    await Promise.all([
      this.#run('mobile', 'plain', '--port', `${PORTS.lostSyn}`, ...all(plan.slow)),
      this.#run('mobile', 'plain', '--port', `${PORTS.lostAnswer}`, ...all(plan.lostAnswers)),
    ]);
  }

  async #overflow(): Promise<void> {
    const { plan } = this;
    const server = this.#start('full', 'talk', '--port', '0');
    const client = this.#start('filler', 'talk', '--port', '0');
    const { port } = await server.tell(`listen ${plan.backlog}`);
    this.ports.full = port as number;
    for (let i = 0; i <= plan.backlog; i++) await client.tell(`connect ${String(port)}`);
    await this.#run('late', 'give-up', '--give-up', '1500', '--port', String(port), '--count', `${plan.late}`);
  }

  async #leak(): Promise<void> {
    const { plan } = this;
    const server = this.#start('upstream', 'talk', '--port', '0');
    const client = this.#start('leaky', 'talk', '--port', '0');
    const { port } = await server.tell('listen 10');
    this.ports.upstream = port as number;
    for (let i = 0; i < plan.leakedInTheEnd; i++) {
      if (i === plan.leaked) this.between = await this.#scraped(3);
      await client.tell(`connect ${String(port)}`);
      await server.tell('accept');
      await server.tell(`close ${i}`);
    }
  }

  async #talkers(): Promise<void> {
    const { plan } = this;
    const server = this.#start('store', 'talk', '--port', `${PORTS.lostData}`);
    const client = this.#start('bulk', 'talk', '--port', '0');
    await server.tell('listen 10');
    await client.tell(`connect ${PORTS.lostData}`);
    await server.tell('accept');
    await Promise.all([client.tell(`send 0 ${plan.sent}`), server.tell(`read 0 ${plan.sent}`)]);
    await Promise.all([server.tell(`send 0 ${plan.received}`), client.tell(`read 0 ${plan.received}`)]);
    const moody = this.#start('moody', 'talk', '--port', '0');
    for (let i = 0; i < plan.resets; i++) {
      await moody.tell(`connect ${PORTS.lostData}`);
      await server.tell('accept');
      await moody.tell(`reset ${i}`);
      await server.tell(`arrived ${i + 1} 0`);
      await server.tell(`close ${i + 1}`);
    }
    await client.tell('close 0');
    await server.tell('close 0');
  }

  /** Waits until the agent has everything and Prometheus has scraped it often enough. */
  async #rest(): Promise<void> {
    const { plan, names } = this;
    await this.agent.settles(
      (page) => ({
        leaked: page.sum('connwatch_tcp_connections', { process_executable_name: names.leaky, network_connection_state: 'close_wait' }),
        reset: page.sum('connwatch_tcp_resets_total', { process_executable_name: names.moody }),
        unanswered: page.sum('connwatch_tcp_connect_failures_total', { process_executable_name: names.job }),
        sent: page.sum('connwatch_tcp_io_bytes_total', { process_executable_name: names.bulk, network_io_direction: 'transmit' }),
        queue: page.sum('connwatch_tcp_listen_queue_length', { process_executable_name: names.full }),
        overflows: page.sum('connwatch_tcp_listen_overflows_total', { process_executable_name: names.full }),
      }),
      {
        leaked: plan.leakedInTheEnd,
        reset: plan.resets,
        unanswered: plan.unanswered + plan.cancelled,
        sent: plan.sent,
        queue: plan.backlog + 1,
        overflows: await this.namespace.statistic('TcpExtListenOverflows'),
      },
      { timeout: 60_000 },
    );
    this.end = await this.#scraped(3);
  }

  #start(name: Name, ...args: string[]): Traffic {
    return this.#generator.start(this.names[name], [...args, '--address', this.address], this.namespace);
  }

  async #run(name: Name, ...args: string[]): Promise<void> {
    await this.#start(name, ...args).finish();
  }

  /** Unix time of the last scrape; undefined if it failed, which it may on a busy machine. */
  async #lastScrape(): Promise<number | undefined> {
    return (await this.prometheus.query('timestamp(connwatch_build_info)'))[0]?.value;
  }

  /** Awaits so many more successful scrapes. @returns Unix time of the last one */
  async #scraped(times: number): Promise<number> {
    const first = (await this.#lastScrape()) ?? 0;
    const seen = new Set<number>();
    const look = async () => {
      const last = await this.#lastScrape();
      if (last !== undefined && last > first) seen.add(last);
      return seen.size >= times && seen.has(last ?? 0);
    };
    await until(look, true, { timeout: 60_000 });
    return [...seen].at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
