import { type Command, Option } from 'commander';
import type { Settings } from '../../config/index.ts';
import type { ClientSource } from '../../live/client/source.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import type { Host } from '../host.ts';
import { addFilterFlags, countOf, durationOf, filterOf, type Given, questionOf } from './options.ts';

export interface LiveCommandsOptions {
  readonly host: Host;
  readonly settings: () => Promise<Settings>;
  readonly done: (code: number) => void;
}

const TRACE_EXAMPLES = `
Examples:
  connwatch trace --failed
  connwatch trace --comm curl,nginx --port 5432,8000-8099
  connwatch trace --failed --json --duration 1m | jq .workload

Ctrl-C ends it with a report of what was left out.
`;

const SNAPSHOT_NOTE = `
The sockets are those at the end of a window of the agent, so the answer takes up to its --interval. Bytes, round trip and queues are
those of the scan before.
`;

const WHY_NOTE = `
Examples:
  connwatch why db.example.com:5432
  connwatch why 10.0.0.5
  connwatch why --pid 20187

The agent knows the last ten minutes, to the end of its last window (--interval). Without an agent the command watches for --duration first.
`;

const TOP_KEYS = `
Keys: q quits, s changes the order, r reverses it, g groups by workload, peer or both, / filters, space pauses,
arrows and page keys move. NO_COLOR turns colours off.

Numbers are of the last window (--interval of the agent, 5s by default). Without an agent windows have one second.
`;

const SOURCE_NOTE = `
A running agent gives the data, through --socket <path> (/run/connwatch/connwatch.sock unless it is set). Without an agent the command loads
the kernel programs itself, which needs root. 'connwatch --help' has all settings.
`;

/** Adds the commands that show what happens now. Their code is loaded when one of them runs. */
export function addLiveCommands(program: Command, { host, settings, done }: LiveCommandsOptions): Command[] {
  const trace = addFilterFlags(program.command('trace').description('Print a line for each connect, accept and close as it happens.'))
    .option('--failed', 'Only failed connects.')
    .option('--json', 'One JSON object per line.')
    .option('--duration <duration>', 'End after this time, such as 30s.')
    .option('--count <number>', 'End after so many events.')
    .addHelpText('after', TRACE_EXAMPLES)
    .action(async (given: Given) => {
      const [filter, duration, count] = [filterOf(given), durationOf(given, 'duration'), countOf(given, 'count')];
      await using source = await openFor(host, await settings());
      const { trace } = await import('./trace.ts');
      done(await trace(source, { filter, json: given['json'] === true, ...(duration !== undefined && { duration }), ...(count !== undefined && { count }) }, host));
    });
  const top = program
    .command('top')
    .description('Show on the whole terminal who connects where now: rates, failures, pending, open, times, bytes.')
    .option('--json', 'Print each window as a JSON object instead.')
    .option('--count <number>', 'End after so many windows.')
    .addHelpText('after', TOP_KEYS)
    .action(async (given: Given) => {
      const [count, json] = [countOf(given, 'count'), given['json'] === true];
      if (!json && !host.tty().output.isTTY) throw new ConnwatchError('top needs a terminal.', { code: 'CW_CONFIG', hint: 'Use --json where there is none.' });
      await using source = await openFor(host, await settings());
      const { top } = await import('./top.ts');
      done(await top(source, { json, ...(count !== undefined && { count }) }, host));
    });
  const snapshot = program
    .command('snapshot')
    .description('Print every open TCP socket of all network namespaces with its owner, state, age, bytes, round trip and queues.')
    .option('--json', 'One JSON object per line.')
    .addOption(new Option('--csv', 'Comma-separated values, with a line of names.').conflicts('json'))
    .addHelpText('after', SNAPSHOT_NOTE)
    .action(async (given: Given) => {
      await using source = await openFor(host, await settings());
      const { snapshot } = await import('./snapshot.ts');
      done(await snapshot(source, given['json'] === true ? 'json' : given['csv'] === true ? 'csv' : 'table', host));
    });
  const why = program
    .command('why')
    .description('Say in sentences what is known of connects to a peer, or of a process, in the last minutes.')
    .argument('[peer]', 'host:port, host, or an address; IPv6 with a port in brackets')
    .option('--pid <pid>', 'Of this process (pid of the host) and others of the same program and container.')
    .option('--duration <duration>', 'Without an agent: how long to watch.', '10s')
    .option('--json', 'Print an object instead.')
    .addHelpText('after', WHY_NOTE)
    .action(async (peer: string | undefined, given: Given) => {
      const [question, duration] = [questionOf(peer, given), durationOf(given, 'duration') ?? 0];
      await using source = await openFor(host, await settings());
      const { why } = await import('./why.ts');
      done(await why(source, { question, duration, json: given['json'] === true }, host));
    });
  const all = [trace, top, snapshot, why];
  for (const command of all) command.addHelpText('after', SOURCE_NOTE);
  return all;
}

async function openFor(host: Host, { socket, attach, bpfObject: objectPath, ringSize, syncFailures }: Settings): Promise<ClientSource> {
  const { openSource } = await import('../../live/client/open.ts');
  return openSource({ socket, bpf: { attach, objectPath, ringSize, syncFailures }, note: (text) => host.stderr(`${text}\n`) });
}
