import { existsSync } from 'node:fs';
import { kernelProbe } from '../../src/ebpf/probe.ts';
import { type Program, startAgent } from './agent.ts';
import { page } from './page.ts';
import { Tool } from './tools.ts';

/** By which means an agent sees connects that fail before a SYN: what `--sync-failures` comes to. */
export type Way = keyof typeof WAYS;

interface Means {
  readonly setting: string;
  /** Of the program at the return, in `connwatch_probe_attached`. */
  readonly mechanism: string | undefined;
  /** Why this kernel has it not. */
  readonly missing: () => string | undefined;
  readonly start: (args: readonly string[]) => Promise<Program>;
}

const takes = (section: string): boolean => kernelProbe().program(section, { attach: section.startsWith('fexit') }).stage === '';
const none = (): undefined => undefined;
const plainly = (args: readonly string[]): Promise<Program> => startAgent({ args });

/** For the agent alone, unless it is there. */
const TRACEFS = '[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing && exec "$0" "$@"';
const WITH_TRACEFS = ['unshare', '--mount', 'sh', '-c', TRACEFS];

export const WAYS = {
  off: { setting: 'off', mechanism: undefined, missing: none, start: plainly },
  fexit: {
    setting: 'auto',
    mechanism: 'fexit',
    missing: () => (takes('fexit/tcp_v4_connect') ? undefined : 'it refuses fexit'),
    start: plainly,
  },
  kretprobe: {
    setting: 'auto',
    mechanism: 'kretprobe',
    missing: () => (existsSync('/sys/bus/event_source/devices/kprobe/type') && takes('kprobe/tcp_v4_connect') ? undefined : 'it has no kprobes'),
    start: withoutFexit,
  },
  syscall: { setting: 'syscall', mechanism: 'tp', missing: none, start: (args) => startAgent({ args, wrapper: WITH_TRACEFS }) },
} as const satisfies Record<string, Means>;

/** `auto` takes fexit first: while the agent starts, every place for it is taken. */
async function withoutFexit(args: readonly string[]): Promise<Program> {
  if (!takes('fexit/tcp_v4_connect')) return plainly(args);
  await using filled = new Tool('fill_fexit', 'tcp_v4_connect', 'tcp_v6_connect');
  await filled.line();
  // Awaited: the places are given back at the end of this function.
  return await plainly(args);
}

/** An agent that sees them so. @throws (rejects) Error when it does not */
export async function startBy(way: Way): Promise<Program> {
  const { setting, mechanism, start } = WAYS[way];
  const agent = await start(['--sync-failures', setting]);
  const found = attachedIn(await page(agent));
  if (mechanism === undefined ? found.length === 0 : found.includes(mechanism)) return agent;
  await agent[Symbol.asyncDispose]();
  throw new Error(`the agent sees failures before a SYN by ${found.join(', ') || 'nothing'} instead of ${way}`);
}

/** Mechanisms of the programs for connects that fail before a SYN, of those that are attached. */
export function attachedIn(metrics: string): string[] {
  const lines = metrics.split('\n').filter((line) => /^connwatch_probe_attached\{.*probe="connwatch_(connect|enter|return)/.test(line));
  return lines.filter((line) => line.endsWith(' 1')).map((line) => /mechanism="(\w+)"/.exec(line)![1]!);
}
