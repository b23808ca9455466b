import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** A real Prometheus that scrapes one target. To be disposed of. */
export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<unknown>;
  #address = '';

  private constructor(target: string, interval: string, scrape: object) {
    this.#folder = mkdtempSync(join(tmpdir(), 'connwatch-prometheus-'));
    const config = join(this.#folder, 'prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: interval, scrape_timeout: '1s' },
        scrape_configs: [{ job_name: 'connwatch', ...scrape, static_configs: [{ targets: [target] }] }],
      }),
    );
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${this.#folder}/data`, '--web.listen-address=127.0.0.1:0'];
    this.#child = spawn(prometheusProgram('prometheus')!, [...args, '--log.format=json'], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#exited = once(this.#child, 'close');
  }

  /**
   * Resolves when it is ready for queries.
   * @param interval between two scrapes, at least 1s
   * @param scrape what the scrape configuration has besides, such as TLS
   */
  static async start(target: string, interval = '1s', scrape: object = {}): Promise<Prometheus> {
    const prometheus = new Prometheus(target, interval, scrape);
    const said: string[] = [];
    for await (const line of createInterface({ input: prometheus.#child.stderr! })) {
      said.push(line);
      const { msg, address } = JSON.parse(line) as { msg?: string; address?: string };
      if (msg === 'Listening on' && address !== undefined) prometheus.#address = address;
      if (msg === 'Server is ready to receive web requests.') {
        prometheus.#child.stderr!.resume();
        return prometheus;
      }
    }
    throw new Error(`Prometheus has ended:\n${said.join('\n')}`);
  }

  /** An instant query. @returns each series with its labels and its value */
  async query(expression: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const found = await this.#query<{ value: [number, string] }>(expression);
    return found.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Every sample of the last minutes, as it was scraped. @returns each series with its labels and its values, the oldest first */
  async samples(selector: string): Promise<{ labels: Record<string, string>; values: number[] }[]> {
    const found = await this.#query<{ values: [number, string][] }>(`${selector}[5m]`);
    return found.map(({ metric, values }) => ({ labels: metric, values: values.map(([, value]) => Number(value)) }));
  }

  async #query<T>(expression: string): Promise<({ metric: Record<string, string> } & T)[]> {
    const response = await fetch(`http://${this.#address}/api/v1/query?query=${encodeURIComponent(expression)}`);
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
