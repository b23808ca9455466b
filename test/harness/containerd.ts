import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from './host.ts';
import { must } from './run.ts';
import type { Truth } from './traffic.ts';
import { until } from './until.ts';
import { which } from './which.ts';

/** Why tests with a real containerd can't run; undefined where they can. */
export const noContainerd: string | undefined = which('containerd') === undefined || which('ctr') === undefined ? 'containerd is not installed' : undefined;
/** Folders of the host that the container needs to run a program of the host's. */
const LIBRARIES = ['/lib', '/lib64', '/usr/lib'];

/** A real containerd without its CRI, which would look for networks. To be disposed of. */
export class Containerd implements AsyncDisposable {
  readonly socket: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-containerd-'));
  readonly #child: ChildProcess;

  private constructor() {
    this.socket = join(this.#folder, 'containerd.sock');
    const config = join(this.#folder, 'config.toml');
    const paths = { root: 'data', state: 'state', address: 'containerd.sock', ttrpc: 'ttrpc.sock' };
    const quoted = (name: keyof typeof paths) => JSON.stringify(join(this.#folder, paths[name]));
    writeFileSync(config, `version = 2\nroot = ${quoted('root')}\nstate = ${quoted('state')}\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = ${quoted('address')}\n[ttrpc]\naddress = ${quoted('ttrpc')}\n`);
    this.#child = spawn('containerd', ['--config', config], { stdio: 'ignore' });
  }

  static async start(): Promise<Containerd> {
    const containerd = new Containerd();
    await until(() => existsSync(containerd.socket), true);
    return containerd;
  }

  /** Runs conngen under this name in a container that nerdctl would call so. */
  async run(name: string, called: string, args: readonly string[]): Promise<{ readonly id: string; readonly made: Truth }> {
    const root = join(this.#folder, `root-${name}`);
    for (const path of ['/bin', '/dev', '/etc', '/proc', '/run', '/sys', '/tmp', ...LIBRARIES]) mkdirSync(join(root, path), { recursive: true });
    cpSync(at('build', 'test-tools', 'conngen'), join(root, 'bin', name));
    const id = randomBytes(32).toString('hex');
    const mounts = LIBRARIES.flatMap((path) => ['--mount', `type=bind,src=${path},dst=${path},options=rbind:ro`]);
    const label = called === '' ? [] : ['--label', `nerdctl/name=${called}`];
    const said = await must(['ctr', '--address', this.socket, '--namespace', 'default', 'run', '--rm', ...label, ...mounts, '--rootfs', root, id, `/bin/${name}`, ...args]);
    return { id, made: JSON.parse(said) as Truth };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'close');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
