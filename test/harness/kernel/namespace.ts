import { existsSync, statSync } from 'node:fs';
import { must } from '../run.ts';
import { made } from './made.ts';

/** The kernel's own counters of a network namespace (`Tcp:` of /proc/net/snmp). */
export interface KernelCounters {
  readonly ActiveOpens: number;
  readonly PassiveOpens: number;
}

/** Who connects to this port of a Namespace, on any of its addresses, is not answered. */
export const SILENT_PORT = 4444;

/** For `nft -f -`. On the way in: the SYN leaves, and nothing ever comes back. */
export const SILENCE = `table inet silence {
  chain input {
    type filter hook input priority 0
    tcp dport ${SILENT_PORT} drop
  }
}
`;

let count = 0;

/** A new network namespace with loopback only. To be disposed of. */
export class Namespace implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(): Promise<Namespace> {
    const namespace = new Namespace(`connwatch-${process.pid}-${count++}`);
    made([`netns ${namespace.name}`]);
    await must(['ip', 'netns', 'add', namespace.name]);
    try {
      await must(['ip', '-n', namespace.name, 'link', 'set', 'lo', 'up']);
      await must(namespace.command('nft', '-f', '-'), SILENCE);
    } catch (error) {
      await namespace[Symbol.asyncDispose]();
      throw error;
    }
    return namespace;
  }

  /** The command, run inside. Not `ip netns exec`, which mounts another /sys, without BPF. */
  command(...command: string[]): string[] {
    return ['nsenter', `--net=/run/netns/${this.name}`, ...command];
  }

  /** Its inode number, by which the agent names it. */
  get inode(): number {
    return statSync(`/run/netns/${this.name}`).ino;
  }

  async counters(): Promise<KernelCounters> {
    return parseSnmp(await must(this.command('cat', '/proc/self/net/snmp')));
  }

  /** One of the kernel's counters by the name that nstat gives it. */
  async statistic(name: string): Promise<number> {
    const text = await must(this.command('nstat', '-asz', name));
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    if (line === undefined) throw new Error(`nstat has no ${name}: ${text}`);
    return Number(line.split(/ +/)[1]);
  }

  /**
   * Leaves it so many local ports for connects that bind none. An even number: of an odd one the kernel
   * (net/ipv4/inet_hashtables.c, __inet_hash_connect) takes `remaining &= ~1`, looks at half as many ports of the first
   * one's parity from a random one on, and so passes over one of them. With all others in use a connect then fails or
   * not as chance has it.
   */
  async leavePorts(count: number): Promise<void> {
    if (count % 2 !== 0) throw new RangeError(`of ${count} ports the kernel would pass over one`);
    await must(this.command('sysctl', '--write', `net.ipv4.ip_local_port_range=40000 ${40_000 + count - 1}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(`/run/netns/${this.name}`)) await must(['ip', 'netns', 'delete', this.name]);
  }
}

export function parseSnmp(text: string): KernelCounters {
  const [names = [], numbers = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const number = (name: string) => Number(numbers[names.indexOf(name)]);
  return { ActiveOpens: number('ActiveOpens'), PassiveOpens: number('PassiveOpens') };
}
