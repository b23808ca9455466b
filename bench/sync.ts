import { must } from '../test/harness/run.ts';
import type { Context } from './benchmark.ts';
import { LOADS, makeBy } from './lib/load.ts';
import { startBy, type Way, WAYS } from './lib/sync-ways.ts';
import { built } from './lib/tools.ts';
import { Tracepoint } from './lib/tracepoint.ts';
import type { Result, Row } from './rows.ts';
import { difference, paired, ratio, spread } from './statistics.ts';

/** What there is to pay for: connects of each end, and all else that a machine does. */
const PAYERS = [
  { title: LOADS.accepted.title, share: 1, cost: connects(LOADS.accepted.args) },
  { title: LOADS.refused.title, share: 1, cost: connects(LOADS.refused.args) },
  // What the programs are there for. The namespace has no route but that of loopback.
  { title: 'connect without a route', share: 1, cost: connects(['plain', '--address', '192.0.2.1', '--port', '7']) },
  { title: 'any other system call (getppid)', share: 50, cost: systemCalls },
];

/** CPU of each, nanoseconds, of whoever makes them: the kernel's work for it is in there. */
type Cost = (count: number) => Promise<number>;

function connects(args: readonly string[]): Cost {
  return async (count) => ((await makeBy(args, count)).cpu_seconds * 1e9) / count;
}

async function systemCalls(count: number): Promise<number> {
  const { cpu_seconds } = JSON.parse(await must([built('syscalls'), `${count}`])) as { readonly cpu_seconds: number };
  return (cpu_seconds * 1e9) / count;
}

/** What each way of `--sync-failures` costs beside an agent with none of them, turn by turn. */
export async function sync({ quick, say }: Context): Promise<Result> {
  const [rounds, count] = quick ? [3, 2000] : [21, 20_000];
  const missing = new Map(Object.entries(WAYS).map(([way, means]) => [way as Way, means.missing()]));
  const ways = [...missing.keys()].filter((way) => missing.get(way) === undefined);
  const costs = PAYERS.map(() => Object.fromEntries(ways.map((way) => [way, []])) as unknown as Record<Way, number[]>);
  await using tracepoint = await Tracepoint.open();
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < ways.length; turn++) {
      // Each comes first as often as last.
      const way = ways[(round + turn) % ways.length]!;
      await using agent = await startBy(way);
      for (const [index, { share, cost }] of PAYERS.entries()) {
        await cost(count * share);
        costs[index]![way].push(await tracepoint.alone(agent.pid, () => cost(count * share)));
      }
    }
  }
  const rows = PAYERS.flatMap(({ title }, index) => rowsOf(title, costs[index]!, ways));
  const notes = [...missing].filter(([, why]) => why !== undefined).map(([way, why]) => `By ${way}: not on this kernel: ${why}.`);
  return { rows, notes };
}

function rowsOf(title: string, costs: Readonly<Record<Way, readonly number[]>>, ways: readonly Way[]): Row[] {
  const off = costs.off;
  const added = ways.filter((way) => way !== 'off');
  return [
    { what: `${title}: CPU, off`, value: spread(off), unit: 'ns' },
    ...added.flatMap((way): Row[] => [
      { what: `${title}: by ${way} against off`, value: paired(costs[way], off, ratio), unit: 'ratio' },
      { what: `${title}: added by ${way}`, value: paired(costs[way], off, difference), unit: 'ns' },
    ]),
  ];
}
