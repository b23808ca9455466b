import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fetchIn } from '../harness/agent.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import type { Ended } from '../harness/run.ts';
import { type Page, parsePage } from '../harness/scrape/exposition.ts';
import { until } from '../harness/until.ts';
import { BASE_NAME, Containers } from '../image/containers.ts';

const DOCKERFILE = `FROM ${BASE_NAME}
RUN apt-get update && apt-get install --yes --no-install-recommends systemd
CMD ["/lib/systemd/systemd"]
`;
const IMAGE = 'localhost/connwatch-packages:test';

/** A Debian that systemd runs, in a container with a network namespace of its own. To be disposed of. */
export class ServiceHost implements AsyncDisposable {
  readonly #containers: Containers;
  readonly #namespace: Namespace;
  readonly #name: string;

  private constructor(containers: Containers, namespace: Namespace, name: string) {
    this.#containers = containers;
    this.#namespace = namespace;
    this.#name = name;
  }

  static async start(name: string): Promise<ServiceHost> {
    const containers = await Containers.create();
    const host = new ServiceHost(containers, await Namespace.create(), name);
    try {
      writeFileSync(join(containers.scratch, 'Dockerfile'), DOCKERFILE);
      await containers.build(containers.scratch, IMAGE, '--file', join(containers.scratch, 'Dockerfile'));
      const network = ['--network', `ns:/run/netns/${host.#namespace.name}`];
      const limits = ['--ulimit', 'nofile=16384:16384', '--ulimit', 'nproc=16384:16384'];
      await containers.podman('run', '--detach', '--name', name, '--systemd', 'always', '--privileged', ...network, ...limits, IMAGE);
      await until(async () => (await host.ask('systemctl is-system-running')).stdout.trim(), 'running', { timeout: 60_000 });
      return host;
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Copies a file to /root. @returns its path there */
  async take(file: string): Promise<string> {
    const within = `/root/${basename(file)}`;
    await this.#containers.podman('cp', file, `${this.#name}:${within}`);
    return within;
  }

  /** Runs a shell script, whatever its exit code. */
  ask(script: string): Promise<Ended> {
    return this.#containers.ask('exec', this.#name, 'sh', '-c', script);
  }

  /** Runs a shell script that must succeed. @returns its output, without the last line's end */
  async shell(script: string): Promise<string> {
    return (await this.#containers.podman('exec', this.#name, 'sh', '-c', script)).trimEnd();
  }

  /** Of systemd's about the service. */
  property(name: string): Promise<string> {
    return this.shell(`systemctl show --property ${name} --value connwatch`);
  }

  async page(): Promise<Page> {
    return parsePage(await fetchIn(this.#namespace, 'http://127.0.0.1:9090/metrics'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#containers[Symbol.asyncDispose]();
    await this.#namespace[Symbol.asyncDispose]();
  }
}
