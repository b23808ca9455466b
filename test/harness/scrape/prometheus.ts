import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readyPrometheus } from '../../../scripts/lib/test/prometheus-3.mjs';
import { at } from '../host.ts';
import { which } from '../which.ts';

/** Path of a program of Debian's package `prometheus`: unpacked by the set-up, or installed. */
export function prometheusProgram(name: 'prometheus' | 'promtool'): string | undefined {
  return which(name, at('.cache', 'prometheus', 'usr', 'bin'));
}

/** Why the tests with Prometheus can't run; undefined where they can. */
export const noPrometheus =
  prometheusProgram('prometheus') === undefined || prometheusProgram('promtool') === undefined
    ? 'prometheus and promtool are not there: npm test fetches them where apt-get can'
    : undefined;

/** Prometheus 3; undefined where it has not been built. */
export const prometheus3 = readyPrometheus();
/** Why the tests with Prometheus 3 can't run; undefined where they can. */
export const noPrometheus3 = prometheus3 === undefined ? 'there is no Prometheus 3: npm run prometheus builds it, with Go' : undefined;

export interface PrometheusOptions {
  /** @default the one of Debian */
  readonly program?: string | undefined;
  readonly args?: readonly string[];
  /** What the configuration has besides. */
  readonly config?: object;
}

/** A real Prometheus that scrapes one target, or none. To be disposed of. */
export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<unknown>;
  #address = '';

  private constructor(target: string | undefined, interval: string, scrape: object, { program, args: more = [], config: besides = {} }: PrometheusOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'connwatch-prometheus-'));
    const config = join(this.#folder, 'prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: interval, scrape_timeout: '1s' },
        ...besides,
        ...(target !== undefined && { scrape_configs: [{ job_name: 'connwatch', ...scrape, static_configs: [{ targets: [target] }] }] }),
      }),
    );
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${this.#folder}/data`, '--web.listen-address=127.0.0.1:0'];
    this.#child = spawn(program ?? prometheusProgram('prometheus')!, [...args, '--log.format=json', ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#exited = once(this.#child, 'close');
  }

  /**
   * Resolves when it is ready for queries.
   * @param interval between two scrapes, at least 1s
   * @param scrape what the scrape configuration has besides, such as TLS
   */
  static async start(target: string | undefined, interval = '1s', scrape: object = {}, options: PrometheusOptions = {}): Promise<Prometheus> {
    const prometheus = new Prometheus(target, interval, scrape, options);
    const said: string[] = [];
    let ready = false;
    for await (const line of createInterface({ input: prometheus.#child.stderr! })) {
      said.push(line);
      const { msg, address } = JSON.parse(line) as { msg?: string; address?: string };
      if (msg === 'Listening on' && address !== undefined) prometheus.#address = address;
      ready ||= msg === 'Server is ready to receive web requests.';
      // Either line may come first.
      if (ready && prometheus.#address !== '') {
        prometheus.#child.stderr!.resume();
        return prometheus;
      }
    }
    throw new Error(`Prometheus has ended:\n${said.join('\n')}`);
  }

  /** Host and port of its own server. */
  get address(): string {
    return this.#address;
  }

  /** An instant query. @param time Unix time @default now @returns each series with its labels and its value */
  async query(expression: string, time?: number): Promise<{ labels: Record<string, string>; value: number }[]> {
    const found = await this.#query<{ value: [number, string] }>(expression, time);
    return found.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Every sample of the last minutes, as it was scraped. @returns each series with its labels and its values, the oldest first */
  async samples(selector: string): Promise<{ labels: Record<string, string>; values: number[] }[]> {
    const found = await this.#query<{ values: [number, string][] }>(`${selector}[5m]`);
    return found.map(({ metric, values }) => ({ labels: metric, values: values.map(([, value]) => Number(value)) }));
  }

  async #query<T>(expression: string, time?: number): Promise<({ metric: Record<string, string> } & T)[]> {
    const at = time === undefined ? '' : `&time=${time}`;
    const response = await fetch(`http://${this.#address}/api/v1/query?query=${encodeURIComponent(expression)}${at}`);
    const { status, error, data } = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: ({ metric: Record<string, string> } & T)[] };
    };
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
