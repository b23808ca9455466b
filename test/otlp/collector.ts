import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyCollector } from '../../scripts/lib/test/collector.mjs';
import { at } from '../harness/host.ts';
import { type Page, parsePage } from '../harness/scrape/exposition.ts';
import { until } from '../harness/until.ts';

const program = readyCollector();

/** Why the tests with a real collector can't run; undefined where they can. */
export const noCollector: string | undefined = program === undefined ? 'there is no collector: npm run collector builds one, with Go' : undefined;

/** The shipped configurations. */
export type Configuration = 'agent' | 'gateway';

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A real collector with a shipped configuration, on free ports. It can be killed and started again. To be disposed of. */
export class RealCollector implements AsyncDisposable {
  readonly otlp: number;
  readonly otlpHttp: number;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #configuration: Configuration;
  readonly #override: object | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-collector-'));
  #child: ChildProcess | undefined;
  #said = '';
  #output = '';

  private constructor(configuration: Configuration, ports: readonly number[], environment: Readonly<Record<string, string>>, override: object | undefined) {
    const [otlp, prometheus, health, telemetry, otlpHttp] = ports.map((port) => `127.0.0.1:${port}`);
    this.otlp = ports[0]!;
    this.otlpHttp = ports[4]!;
    this.#configuration = configuration;
    this.#override = override;
    this.#environment = {
      OTLP_ENDPOINT: otlp!,
      OTLP_HTTP_ENDPOINT: otlpHttp!,
      PROMETHEUS_ENDPOINT: prometheus!,
      HEALTH_ENDPOINT: health!,
      TELEMETRY_HOST: '127.0.0.1',
      TELEMETRY_PORT: telemetry!.split(':')[1]!,
      QUEUE_DIRECTORY: join(this.#folder, 'queue'),
      ...environment,
    };
  }

  /** @param override is merged into the shipped configuration */
  static async start(configuration: Configuration, environment: Readonly<Record<string, string>> = {}, override?: object): Promise<RealCollector> {
    const collector = new RealCollector(configuration, await freePorts(5), environment, override);
    await collector.start();
    return collector;
  }

  /** Resolves when its health check says that it is well. */
  async start(): Promise<void> {
    const args = ['--config', at('otel-collector', `${this.#configuration}.yaml`)];
    if (program === undefined) throw new Error(noCollector);
    if (this.#override !== undefined) {
      const file = join(this.#folder, 'override.yaml');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(this.#override));
      args.push('--config', file);
    }
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.#environment } });
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
    return parsePage(await (await fetch(`http://${this.#environment['PROMETHEUS_ENDPOINT']!}/metrics`)).text());
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
