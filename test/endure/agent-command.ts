import { AGENT } from '../harness/agent.ts';
import { at } from '../harness/host.ts';

/** What the harness adds where it starts the program itself. */
const USUAL = ['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0', '--log-format', 'json'];

/** For Agent.start: the agent with the chart's privileges, in a command that becomes it. */
export function wrapped(wrap: (...command: string[]) => string[], ...args: string[]) {
  return { command: wrap(at('build', 'test-tools', 'confine'), ...AGENT), args: [...USUAL, ...args] };
}
