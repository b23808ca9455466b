import { existsSync } from 'node:fs';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { must } from '../../harness/run.ts';
import type { Family } from '../family.ts';
import { kernelOf, type Kernel } from '../kernel.ts';

/** Both ends of the pair of devices between two namespaces. */
const PAIR = { IPv4: ['10.77.0.1', '10.77.0.2'], IPv6: ['fd77::1', 'fd77::2'] } as const;

/** The network namespaces of a case, with their rules. Nobody else uses them. To be disposed of. */
export class Network implements AsyncDisposable {
  readonly family: Family;
  readonly #namespaces: Namespace[] = [];

  constructor(family: Family) {
    this.family = family;
  }

  /** Loopback. */
  get here(): string {
    return this.family === 'IPv4' ? '127.0.0.1' : '::1';
  }

  /** The case's namespace, or another one. */
  async namespace(index = 0): Promise<Namespace> {
    while (this.#namespaces.length <= index) this.#namespaces.push(await Namespace.create());
    return this.#namespaces[index]!;
  }

  /** Connects the first two namespaces. @returns the address of each, in this family */
  async pair(): Promise<readonly [string, string]> {
    const [one, two] = [await this.namespace(0), await this.namespace(1)];
    await must(['ip', '-n', one.name, 'link', 'add', 'pair', 'type', 'veth', 'peer', 'name', 'pair', 'netns', two.name]);
    for (const [index, namespace] of [one, two].entries()) {
      const ip = (...args: string[]) => must(['ip', '-n', namespace.name, ...args]);
      await ip('address', 'add', `${PAIR.IPv4[index]}/24`, 'dev', 'pair');
      await ip('address', 'add', `${PAIR.IPv6[index]}/64`, 'dev', 'pair', 'nodad');
      await ip('link', 'set', 'pair', 'up');
    }
    return PAIR[this.family];
  }

  /** Rules for packets, one a line, in the syntax of nft, instead of those before. None: no rules. */
  async filter(rules: readonly string[], index = 0, hook: 'input' | 'output' = 'input'): Promise<void> {
    const table = ['table inet accuracy {', `chain ${hook} {`, `type filter hook ${hook} priority 0`, ...rules, '}', '}'];
    const text = ['table inet accuracy', 'delete table inet accuracy', ...(rules.length > 0 ? table : []), ''].join('\n');
    await must((await this.namespace(index)).command('nft', '-f', '-'), text);
  }

  async sysctl(settings: Readonly<Record<string, string | number>>, index = 0): Promise<void> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await must((await this.namespace(index)).command('sysctl', '--quiet', '--write', ...words));
  }

  /** The kernel's counters of all of them, since these were made. */
  kernel(): Promise<Kernel> {
    return kernelOf(this.#namespaces.filter(({ name }) => existsSync(`/run/netns/${name}`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces) await namespace[Symbol.asyncDispose]();
  }
}
