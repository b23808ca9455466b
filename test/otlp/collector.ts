import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyCollector } from '../../scripts/lib/test/collector.mjs';
import { at } from '../harness/host.ts';
import { freePorts } from '../harness/ports.ts';
import { type Page, parsePage } from '../harness/scrape/exposition.ts';
import { until } from '../harness/until.ts';

const program = readyCollector();

/** Why the tests with a real collector can't run; undefined where they can. */
export const noCollector: string | undefined = program === undefined ? 'there is no collector: npm run collector builds one, with Go' : undefined;

const cluster = readyCollector('cluster');

/** Why the tests with a collector that has the components of a cluster can't run; undefined where they can. */
export const noClusterCollector: string | undefined = cluster === undefined ? 'there is no such collector: npm run collector -- cluster builds it, with Go' : undefined;

/** The shipped configurations. `balanced` comes after agent. */
export type Configuration = 'agent' | 'gateway' | 'balanced';

export interface CollectorOptions {
  /** Of both tiers: an address of loopback. @default 127.0.0.1 */
  readonly address?: string;
  /** Port of OTLP over gRPC. @default a free one */
  readonly otlp?: number;
  /** Runs it, such as in another mount namespace. */
  readonly command?: (...command: string[]) => string[];
}

/** A real collector with a shipped configuration, on free ports. It can be killed and started again. To be disposed of. */
export class RealCollector implements AsyncDisposable {
  readonly otlp: number;
  readonly otlpHttp: number;
  /** Host and port of what it serves for Prometheus. */
  readonly metrics: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #configuration: Configuration;
  readonly #override: object | undefined;
  readonly #run: (...command: string[]) => string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-collector-'));
  #child: ChildProcess | undefined;
  #said = '';
  #output = '';

  private constructor(configuration: Configuration, ports: readonly number[], environment: Readonly<Record<string, string>>, override: object | undefined, options: CollectorOptions) {
    const { address = '127.0.0.1', command = (...all: string[]) => all } = options;
    this.otlp = options.otlp ?? ports[0]!;
    this.otlpHttp = ports[4]!;
    this.metrics = `${address}:${ports[1]!}`;
    this.#configuration = configuration;
    this.#override = override;
    this.#run = command;
    this.#environment = {
      OTLP_ENDPOINT: `${address}:${this.otlp}`,
      OTLP_HTTP_ENDPOINT: `${address}:${this.otlpHttp}`,
      PROMETHEUS_ENDPOINT: this.metrics,
      HEALTH_ENDPOINT: `${address}:${ports[2]!}`,
      TELEMETRY_HOST: address,
      TELEMETRY_PORT: `${ports[3]!}`,
      QUEUE_DIRECTORY: join(this.#folder, 'queue'),
      ...environment,
    };
  }

  /** @param override is merged into the shipped configuration */
  static async start(configuration: Configuration, environment: Readonly<Record<string, string>> = {}, override?: object, options: CollectorOptions = {}): Promise<RealCollector> {
    const collector = new RealCollector(configuration, await freePorts(5), environment, override, options);
    await collector.start();
    return collector;
  }

  /** Resolves when its health check says that it is well. */
  async start(): Promise<void> {
    const file = this.#configuration === 'balanced' ? cluster : program;
    if (file === undefined) throw new Error(noCollector ?? noClusterCollector);
    const names = this.#configuration === 'balanced' ? ['agent', 'balanced'] : [this.#configuration];
    const args = names.flatMap((name) => ['--config', at('otel-collector', `${name}.yaml`)]);
    if (this.#override !== undefined) {
      const override = join(this.#folder, 'override.yaml');
      // JSON is YAML.
      writeFileSync(override, JSON.stringify(this.#override));
      args.push('--config', override);
    }
    const [first, ...rest] = this.#run(file, ...args);
    const child = spawn(first!, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.#environment } });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    const healthy = async () => {
      if (child.exitCode !== null) throw new Error(`the collector has ended:\n${this.#said}`);
      return fetch(`http://${this.#environment['HEALTH_ENDPOINT']!}`).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await until(healthy, true);
  }

  /** Whole lines of its standard output. */
  get lines(): string[] {
    return this.#output.split('\n').slice(0, -1);
  }

  /** What it serves for Prometheus. */
  async scrape(): Promise<Page> {
    return parsePage(await (await fetch(`http://${this.metrics}/metrics`)).text());
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
