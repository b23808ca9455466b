import { AGENT, Agent } from '../harness/agent.ts';
import { at } from '../harness/host.ts';
import type { Agents } from './case.ts';
import { Watch } from './world/watch.ts';

/** All of the cases' executables are in one cgroup, whose share of the series is what the limit is about. */
const ARGS = ['--series-limit', '20000'];

/** The agent sees tracefs, which it needs for the tracepoint of a system call; nobody else does. */
const WITH_TRACEFS = ['unshare', '--mount', 'sh', '-c', '{ test -d /sys/kernel/tracing/events || mount -t tracefs none /sys/kernel/tracing; } && exec "$0" "$@"'];
const SYSCALL = [
  ...['--sync-failures', 'syscall', '--interval', '200ms', '--log-format', 'json'],
  ...['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0'],
];

/** Starts the agents that watch the cases. */
export async function startAgents(stack: AsyncDisposableStack): Promise<Agents> {
  const usual = stack.use(await Agent.start({ args: ARGS }));
  const command = [...WITH_TRACEFS, at('build', 'test-tools', 'confine'), ...AGENT];
  const syscall = stack.use(await Agent.start({ command, args: [...ARGS, ...SYSCALL] }));
  return { usual: new Watch(usual), syscall: new Watch(syscall) };
}
