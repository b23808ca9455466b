import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildForArm64, unpackOf } from '../../scripts/lib/test/packages.mjs';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { CACHE, MUSL_NODE, nodeOf, wheelInto } from './machine.ts';

export type Libc = 'glibc' | 'musl';

/** Root file system of an arm64 guest: Debian's libraries, Node.js and the npm packages as npm installs them there. To be disposed of. */
export class Arm64Root implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * @param options of npm, for a registry that has our packages
   * @param nodeVersion of the glibc one
   */
  static async create(libc: Libc, options: Readonly<Record<string, string>>, nodeVersion: string): Promise<Arm64Root> {
    mkdirSync(CACHE, { recursive: true });
    const root = mkdtempSync(join(CACHE, 'arm64-'));
    try {
      for (const folder of ['usr/bin', 'usr/lib', 'usr/local/bin', 'opt', 'root', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
      // In glibc's: the generator of connections needs it.
      cpSync(await librariesOf('bookworm', ['busybox-static', 'libc6', 'libstdc++6', 'libgcc-s1']), root, { recursive: true, verbatimSymlinks: true });
      await (libc === 'glibc' ? addNode(root, nodeVersion) : addMuslNode(root));
      const platform = ['--os', 'linux', '--cpu', 'arm64', '--libc', libc];
      const environment = Object.entries(options).map(([name, value]) => `${name}=${value}`);
      await must(['env', ...environment, 'npm', 'install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', join(root, 'opt'), ...platform, 'connwatch']);
      await buildForArm64(at('test', 'tools', 'conngen.c'), join(root, 'opt', 'conngen'));
      return new Arm64Root(root);
    } catch (error) {
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  /** What npm chose of our packages. */
  get platforms(): string[] {
    return readdirSync(join(this.path, 'opt', 'node_modules', '@connwatch'));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

async function librariesOf(suite: string, names: readonly string[]): Promise<string> {
  const folder = join(CACHE, `arm64-${[suite, ...names].join('-')}`);
  if (!existsSync(folder)) await unpackOf(suite, names, folder, 'arm64');
  return folder;
}

async function addNode(root: string, version: string): Promise<void> {
  const node = join(root, 'usr/local/bin/node');
  copyFileSync(await nodeOf(version, 'arm64'), node);
  chmodSync(node, 0o755);
}

async function addMuslNode(root: string): Promise<void> {
  const musl = await librariesOf('trixie', ['musl']);
  cpSync(join(musl, 'usr/lib'), join(root, 'lib'), { recursive: true, verbatimSymlinks: true });
  await wheelInto(root, MUSL_NODE, 'musllinux_1_2_aarch64');
}
