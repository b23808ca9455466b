import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, noKernel } from '../harness/host.ts';
import { type Ended, must, run } from '../harness/run.ts';

// No literals: these scripts have no types.
const [tools, network] = [at('scripts', 'lib', 'image', 'tools.mjs'), at('scripts', 'lib', 'image', 'host-network.mjs')];
const { baseFile, baseName, imageToolsMissing, makeImageBase } = (await import(tools)) as {
  baseFile(): string;
  baseName(): string;
  imageToolsMissing(): boolean;
  makeImageBase(): Promise<string | undefined>;
};
const { carryInto } = (await import(network)) as { carryInto(root: string): Promise<Record<string, string>> };

/** Why images can't be built and run here; undefined where they can. The base image takes a minute to make, the first time. */
export const noImages: string | undefined =
  noKernel ?? (imageToolsMissing() ? 'buildah, podman, runc or mmdebstrap is not there: npm test installs them where apt-get can' : await makeImageBase());

/** What the Dockerfile builds in, by its full name. */
export const BASE_NAME = baseName();

/** How the chart runs it, and as much again: seccomp, and no file system that could be written to. */
export const HARDENED: readonly string[] = [
  ...['--pid', 'host', '--user', '0:0', '--cap-drop', 'ALL', '--cap-add', 'BPF', '--cap-add', 'PERFMON'],
  ...['--security-opt', 'no-new-privileges', '--security-opt', `seccomp=${at('scripts', 'install', 'seccomp.json')}`],
  ...['--read-only', '--read-only-tmpfs=false'],
  // Those of the host may be above what its kernel allows.
  ...['--ulimit', 'nofile=16384:16384', '--ulimit', 'nproc=16384:16384'],
];

/** Images and containers of one test file, apart from the machine's own. To be disposed of. */
export class Containers implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-images-'));

  /** Has the Dockerfile's base. */
  static async create(): Promise<Containers> {
    const containers = new Containers();
    await containers.podman('import', baseFile(), BASE_NAME);
    return containers;
  }

  /** A folder for files of the test. */
  get scratch(): string {
    return this.#folder;
  }

  get #store(): string[] {
    return ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')];
  }

  /** The command line: crun, where it is installed too, does not run on mixed control groups. */
  command(...args: readonly string[]): string[] {
    return ['podman', ...this.#store, '--runtime', 'runc', ...args];
  }

  /** @throws (rejects) with what it said, when its exit code is not 0 */
  async podman(...args: readonly string[]): Promise<string> {
    return must(this.command(...args));
  }

  /** With its exit code, whatever that is. */
  async ask(...args: readonly string[]): Promise<Ended> {
    return run(this.command(...args));
  }

  /** Builds an image from a folder with a Dockerfile. */
  async build(folder: string, tag: string, ...options: readonly string[]): Promise<void> {
    const isolation = ['--isolation', 'chroot', '--network', 'host', '--pull-never'];
    const registries = await this.#reachRegistries();
    await must(['buildah', ...this.#store, 'build', ...isolation, ...registries, '--format', 'docker', '--tag', tag, ...options, folder]);
  }

  /** Calls `look` with the image's root file system. */
  async inside<T>(image: string, look: (root: string) => T | Promise<T>): Promise<T> {
    const root = (await this.podman('image', 'mount', image)).trim();
    try {
      return await look(root);
    } finally {
      await this.podman('image', 'unmount', image);
    }
  }

  // Mounts for RUN: how this machine reaches Debian's and npm's servers.
  async #reachRegistries(): Promise<string[]> {
    const folder = join(this.#folder, 'host');
    mkdirSync(join(folder, 'etc', 'apt', 'apt.conf.d'), { recursive: true });
    const { npm_config_userconfig: user, npm_config_globalconfig: global, NODE_EXTRA_CA_CERTS: authorities, npm_config_registry: registry } = await carryInto(folder);
    const text = (path: string | undefined) => (path === undefined ? '' : `${readFileSync(join(folder, path), 'utf8')}\n`);
    const npmrc = [text(global), text(user), registry ? `registry=${registry}\n` : '', authorities ? `cafile=${authorities}\n` : ''].join('');
    const mounts = mountsOf(folder, ['etc/apt', 'etc/ssl', 'usr/local/share']);
    writeFileSync(join(folder, 'npmrc'), npmrc, { mode: 0o600 });
    return [...mounts, '--volume', `${join(folder, 'npmrc')}:/root/.npmrc:ro`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(join(this.#folder, 'storage'))) await this.ask('rm', '--all', '--force');
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((path) => path.startsWith(`${this.#folder}/`)).reverse()) await run(['umount', mount]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function mountsOf(folder: string, below: readonly string[]): string[] {
  const files = below.filter((name) => existsSync(join(folder, name))).flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return files.flatMap((file) => ['--volume', `${file}:${file.slice(folder.length)}:ro`]);
}
