import { startAgent } from './agent.ts';
import { built, Tool } from './tools.ts';

/** What hangs on the tracepoint. kernel: the agent's programs, while the agent itself stands still. */
export type Variant = 'off' | 'empty' | 'kernel' | 'agent';

/** Takes it away when it is disposed of. pid: of the agent. */
export async function attach(variant: Variant): Promise<AsyncDisposable & { readonly pid?: number }> {
  if (variant === 'off') return { [Symbol.asyncDispose]: () => Promise.resolve() };
  if (variant === 'empty') {
    const tool = new Tool('programs', built('empty.bpf.o'));
    await tool.line();
    return { [Symbol.asyncDispose]: () => tool[Symbol.asyncDispose]() };
  }
  const agent = await startAgent();
  if (variant === 'agent') return agent;
  process.kill(agent.pid, 'SIGSTOP');
  return {
    pid: agent.pid,
    [Symbol.asyncDispose]: async () => {
      process.kill(agent.pid, 'SIGCONT');
      await agent[Symbol.asyncDispose]();
    },
  };
}
