import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, run } from '../../harness/run.ts';

/** What the kubelet wants to write on its host. It gets files of its own instead. */
const SYSCTLS = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes'];

/** The machine of a cluster: a network namespace, a mount namespace, and the programs in them. Ended in reverse order. */
export class Processes implements AsyncDisposable {
  readonly #folder: string;
  readonly #netns: string;
  readonly #path: string;
  readonly #running: { readonly name: string; readonly child: ChildProcess }[] = [];
  #holder: ChildProcess | undefined;

  /** @param path of programs */
  constructor(folder: string, netns: string, path: string) {
    this.#folder = folder;
    this.#netns = netns;
    this.#path = `${path}:${process.env['PATH'] ?? ''}`;
  }

  async start(address: string): Promise<void> {
    await must(['ip', 'netns', 'add', this.#netns]);
    const ip = (...args: string[]) => must(['ip', '-n', this.#netns, ...args]);
    await ip('link', 'set', 'lo', 'up');
    // A pair, so that the node's interface has a carrier.
    await ip('link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node0-peer');
    await ip('link', 'set', 'node0-peer', 'up');
    await ip('address', 'add', `${address}/24`, 'dev', 'node0');
    await ip('link', 'set', 'node0', 'up');
    await ip('route', 'add', 'default', 'dev', 'node0');
    const fake = (sysctl: string) => join(this.#folder, sysctl.replaceAll('/', '.'));
    const mounts = SYSCTLS.map((sysctl) => `cat /proc/sys/${sysctl} > ${fake(sysctl)}; mount --bind ${fake(sysctl)} /proc/sys/${sysctl}`);
    const script = ['set -e', 'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.tcp_syn_retries=2', 'mount -t tmpfs tmpfs /run/netns', ...mounts, 'echo ready', 'exec sleep infinity'].join('\n');
    const holder = spawn('nsenter', [`--net=/run/netns/${this.#netns}`, 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#holder = holder;
    await Promise.race([once(holder.stdout, 'data'), once(holder, 'close').then(() => Promise.reject(new Error('the namespaces could not be made')))]);
  }

  get started(): boolean {
    return this.#holder !== undefined;
  }

  /** A command inside. */
  command(...command: readonly string[]): string[] {
    return ['nsenter', '--target', String(this.#holder!.pid), '--net', '--mount', 'env', `PATH=${this.#path}`, ...command];
  }

  /** Starts a program that stays; its output goes into a file. */
  spawn(name: string, ...args: readonly string[]): void {
    const log = openSync(this.logOf(name), 'a');
    const [file = '', ...rest] = this.command(name, ...args);
    const child = spawn(file, rest, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#running.push({ name, child });
  }

  /** Ends it and waits. */
  async end(name: string): Promise<void> {
    const at = this.#running.findIndex((one) => one.name === name);
    if (at < 0) return;
    const [ended] = this.#running.splice(at, 1);
    await end(ended!.child);
  }

  logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  /** The last lines of programs that have ended by themselves, and of the kubelet. */
  report(): string {
    return this.#running
      .filter(({ name, child }) => child.exitCode !== null || name === 'kubelet')
      .map(({ name }) => `--- ${name}\n${readFileSync(this.logOf(name), 'utf8').split('\n').slice(-15).join('\n')}`)
      .join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { name } of [...this.#running].reverse()) await this.end(name);
    if (this.#holder !== undefined) await end(this.#holder);
    await run(['ip', 'netns', 'delete', this.#netns]);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
