import { Agent } from '../harness/agent.ts';
import type { Agents } from './case.ts';
import { Watch } from './watch.ts';

/** All of the cases' executables are in one cgroup, whose share of the series is what the limit is about. */
const ARGS = ['--series-limit', '20000'];

/** Starts the agents that watch the cases. */
export async function startAgents(stack: AsyncDisposableStack): Promise<Agents> {
  const usual = stack.use(await Agent.start({ args: ARGS }));
  const syscall = stack.use(await Agent.start({ args: [...ARGS, '--sync-failures', 'syscall'], tracefs: true }));
  return { usual: new Watch(usual), syscall: new Watch(syscall) };
}
