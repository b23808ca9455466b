import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../harness/host.ts';
import { freePorts } from '../harness/ports.ts';
import { must, run } from '../harness/run.ts';
import { until } from '../harness/until.ts';

const VERDACCIO = at('test', 'packages', 'registry', 'node_modules', 'verdaccio', 'bin', 'verdaccio');

/** A real registry on this machine: it has our packages, and gets all others where npm does. To be disposed of. */
export class Registry implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
  }

  static async start(): Promise<Registry> {
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-registry-'));
    const upstream = (await must(['npm', 'config', 'get', 'registry'])).trim();
    const file = join(folder, 'config.yaml');
    const ours = { access: '$all', publish: '$all', unpublish: '$all' };
    // JSON is YAML.
    const config = {
      storage: join(folder, 'storage'),
      uplinks: { upstream: { url: upstream } },
      packages: { connwatch: ours, '@connwatch/*': ours, '**': { access: '$all', proxy: 'upstream' } },
      log: { type: 'file', path: join(folder, 'log'), level: 'warn' },
    };
    writeFileSync(file, JSON.stringify(config));
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const child = spawn(process.execPath, [VERDACCIO, '--config', file, '--listen', address], { stdio: 'ignore' });
    const registry = new Registry(`http://${address}/`, folder, child);
    await until(() => fetch(`${registry.url}-/ping`).then(({ status }) => status, () => 0), 200, { timeout: 60_000 });
    return registry;
  }

  /** Options of npm that make it use this registry. */
  get options(): Readonly<Record<string, string>> {
    return { npm_config_registry: this.url, [`npm_config_//${new URL(this.url).host}/:_authToken`]: 'anybody' };
  }

  /** @param archive of a package */
  async publish(archive: string): Promise<void> {
    const { code, stderr } = await run(['env', ...Object.entries(this.options).map(([name, value]) => `${name}=${value}`), 'npm', 'publish', '--access', 'public', archive]);
    if (code !== 0) throw new Error(stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill();
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
