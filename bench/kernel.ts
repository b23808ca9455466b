import type { Context } from './benchmark.ts';
import { startAgent } from './lib/agent.ts';
import { attach } from './lib/attach.ts';
import { cpuOf } from './lib/cpu.ts';
import { type Load, LOADS, make } from './lib/load.ts';
import { type Attached, built, Tool } from './lib/tools.ts';
import { type RunTimes, runTimes, Tracepoint } from './lib/tracepoint.ts';
import type { Result, Row } from './rows.ts';
import { difference, paired, percentMore, ratio, spread } from './statistics.ts';

const GOALS: Record<Load, number> = { accepted: 4, refused: 3 };
const ALL_LOADS = Object.keys(LOADS) as Load[];

const VARIANTS = ['off', 'empty', 'agent'] as const;
type Measured = (typeof VARIANTS)[number];

/** CPU per connection, microseconds. */
interface Cost {
  /** Of whoever connects: the kernel's work for it is in there. */
  readonly load: number;
  /** Of the agent meanwhile. */
  readonly agent: number;
}

/** What a connection costs, with nothing attached, an empty program, and the agent, turn by turn. */
export async function kernel({ quick, say }: Context): Promise<Result> {
  const [rounds, count, statRounds] = quick ? [3, 5000, 2] : [21, 20_000, 7];
  await using tracepoint = await Tracepoint.open();
  const costs = Object.fromEntries(ALL_LOADS.map((load) => [load, { off: [], empty: [], agent: [] }])) as unknown as Record<Load, Record<Measured, Cost[]>>;
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < VARIANTS.length; turn++) {
      // Each comes first as often as last.
      const variant = VARIANTS[(round + turn) % VARIANTS.length]!;
      await using attached = await attach(variant);
      const { pid } = attached;
      for (const load of ALL_LOADS) {
        await make(load, count);
        costs[load][variant].push(await tracepoint.alone(pid, () => costOf(load, count, pid)));
      }
    }
  }
  const times = Object.fromEntries(ALL_LOADS.map((load) => [load, []])) as unknown as Record<Load, RunTimes[]>;
  for (let round = 0; round < statRounds; round++) {
    say(`run time of the programs, ${round + 1} of ${statRounds}`);
    for (const load of ALL_LOADS) times[load].push(await timesOf(load, count));
  }
  const rows = ALL_LOADS.flatMap((load) => [...costRows(load, costs[load]), ...timeRows(load, times[load])]);
  const notes = ["The net run time per hit is to be <= 80 ns, or the whole <= 1.5x the empty program's own."];
  if (tracepoint.disturbed > 0) notes.push(`Other programs hung on the tracepoint during ${tracepoint.disturbed} measurements.`);
  return { rows, notes };
}

async function costOf(load: Load, count: number, agent: number | undefined): Promise<Cost> {
  const before = agent === undefined ? 0 : cpuOf(agent);
  const made = await make(load, count);
  const used = agent === undefined ? 0 : cpuOf(agent) - before;
  return { load: (made.cpu_seconds * 1e6) / count, agent: used / 1e3 / count };
}

/** Agent and empty program see the same connections; the kernel measures how long each runs. */
async function timesOf(load: Load, count: number): Promise<RunTimes> {
  await using agent = await startAgent();
  await using tool = new Tool('programs', '--stats', built('empty.bpf.o'));
  await tool.line();
  await make(load, count / 10);
  const before = runTimes((await tool.ask()) as Attached[], agent.pid);
  await make(load, count);
  const after = runTimes((await tool.ask()) as Attached[], agent.pid);
  const since = (name: keyof RunTimes) => ({ ns: after[name].ns - before[name].ns, hits: after[name].hits - before[name].hits });
  return { connwatch: since('connwatch'), empty: since('empty') };
}

function costRows(load: Load, costs: Readonly<Record<Measured, readonly Cost[]>>): Row[] {
  const { title } = LOADS[load];
  const of = (variant: Measured) => costs[variant].map((cost) => cost.load);
  const whole = costs.agent.map((cost) => cost.load + cost.agent);
  return [
    { what: `${title}: CPU, nothing attached`, value: spread(of('off')), unit: 'us' },
    { what: `${title}: added by an empty program`, value: paired(of('empty'), of('off'), percentMore), unit: 'percent' },
    { what: `${title}: added by the agent`, value: paired(of('agent'), of('off'), percentMore), unit: 'percent', atMost: GOALS[load] },
    { what: `${title}: the same with the agent's own CPU`, value: paired(whole, of('off'), percentMore), unit: 'percent' },
  ];
}

function timeRows(load: Load, times: readonly RunTimes[]): Row[] {
  const { title } = LOADS[load];
  const perHit = (name: keyof RunTimes) => times.map((time) => time[name].ns / time[name].hits);
  const [ours, empty] = [perHit('connwatch'), perHit('empty')];
  return [
    { what: `${title}: run time per hit, empty program`, value: spread(empty), unit: 'ns' },
    { what: `${title}: run time per hit, net of that`, value: paired(ours, empty, difference), unit: 'ns', atMost: 80 },
    { what: `${title}: run time per hit, against it`, value: paired(ours, empty, ratio), unit: 'ratio', atMost: 1.5 },
  ];
}
