import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from './benchmark.ts';
import { startAgent } from './lib/agent.ts';
import { cpuOf } from './lib/cpu.ts';
import { built, produce, type Produced, Tool } from './lib/tools.ts';
import type { Result, Row } from './rows.ts';
import { paired, ratio, spread } from './statistics.ts';

const KEYS = [
  { keys: 1000, atMost: 12, ns: 60 },
  { keys: 50_000, atMost: 30, ns: undefined },
] as const;
const RATE = 1_000_000;
/** Millions a second; 0 is as fast as the producer can. */
const RATES = [
  { keys: 1000, millions: [1, 2, 3, 4, 6, 8, 10, 0] },
  { keys: 50_000, millions: [0.125, 0.25, 0.5, 1, 2] },
];
const WANTED = { keys: 1000, millions: 3 };

/** CPU per event, nanoseconds. */
interface Cost {
  /** The whole process: the agent's, sleeping and waking included. */
  readonly agent: number;
  /** The loop in C alone. */
  readonly floor: number;
  /** And with its sleeping and waking. */
  readonly floorProcess: number;
}

/** What user space costs per event: the real agent against a loop with memcpy, both fed by the same producer, turn by turn. */
export async function drain({ quick, say }: Context): Promise<Result> {
  const [rounds, count] = quick ? [2, 1_000_000] : [5, 6_000_000];
  const costs = KEYS.map((): Cost[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, { keys }] of KEYS.entries()) {
      say(`${keys} keys, round ${round + 1} of ${rounds}`);
      costs[index]!.push({ agent: await agentCost(keys, count), ...(await floorCost(keys, count)) });
    }
  const rows = KEYS.flatMap(({ keys, atMost, ns }, index): Row[] => {
    const of = (name: keyof Cost) => costs[index]!.map((cost) => cost[name]);
    const title = `${keys.toLocaleString('en')} keys, 1 M/s`;
    return [
      { what: `${title}: loop in C`, value: spread(of('floor')), unit: 'ns' },
      { what: `${title}: loop in C, its sleep and wake-ups included`, value: spread(of('floorProcess')), unit: 'ns' },
      { what: `${title}: agent, whole process`, value: spread(of('agent')), unit: 'ns', ...(ns !== undefined && { atMost: ns }) },
      { what: `${title}: agent against loop in C`, value: paired(of('agent'), of('floor'), ratio), unit: 'ratio', atMost },
    ];
  });
  for (const { keys, millions } of RATES) rows.push(...(await sustained(keys, millions, { rounds: quick ? 1 : 3, seconds: quick ? 1 : 11, say })));
  return { rows, notes: NOTES };
}

const NOTES = [
  'An event is a record of the ring buffer, written by a kernel program that stands for connections. The agent is the ' +
    'whole process as it is shipped: drain, fold, windows, metrics.',
];

async function agentCost(keys: number, count: number): Promise<number> {
  await using agent = await startAgent();
  await warmUp(agent.pid, keys);
  const before = cpuOf(agent.pid);
  const { lost } = none(await produce({ pid: agent.pid, keys, rate: RATE, count }));
  await delay(50);
  return (cpuOf(agent.pid) - before) / (count - lost);
}

/** Until every key is known, a window has ended, and the code is compiled. */
async function warmUp(pid: number, keys: number): Promise<void> {
  await produce({ pid, keys, rate: RATE, count: RATE * 6 });
  await delay(50);
}

async function floorCost(keys: number, count: number): Promise<Omit<Cost, 'agent'>> {
  await using tool = new Tool('floor', built('produce.bpf.o'));
  await tool.line();
  const before = cpuOf(tool.pid);
  const { lost } = none(await produce({ pid: tool.pid, keys, rate: RATE, count }));
  await delay(50);
  const used = cpuOf(tool.pid) - before;
  const { records, drain_seconds } = (await tool.finish()) as { records: number; drain_seconds: number };
  if (records + lost !== count) throw new Error(`the loop in C has read ${records} of ${count - lost} records`);
  return { floor: (drain_seconds * 1e9) / records, floorProcess: used / records };
}

function none(produced: Produced): Produced {
  const { lost, produced: all } = produced;
  if (lost > 0) process.stderr.write(`bench: drain: ${lost} of ${all} records were lost at 1 M/s: the machine is busy\n`);
  return produced;
}

interface Sustained {
  readonly rounds: number;
  /** At each rate: longer than two windows. */
  readonly seconds: number;
  readonly say: Context['say'];
}

/** One agent at rising rates. */
async function sustained(keys: number, rates: readonly number[], { rounds, seconds, say }: Sustained): Promise<Row[]> {
  const found = rates.map((): { cpu: number; lost: number; rate: number }[] => []);
  for (let round = 0; round < rounds; round++) {
    await using agent = await startAgent();
    await warmUp(agent.pid, keys);
    for (const [index, millions] of rates.entries()) {
      say(`${keys} keys, ${millions === 0 ? 'as many as it goes' : `${millions} M/s`}, round ${round + 1} of ${rounds}`);
      const before = cpuOf(agent.pid);
      const count = (millions || 10) * 1e6 * seconds;
      const { lost, produced, seconds: took } = await produce({ pid: agent.pid, keys, rate: millions * 1e6, count });
      const cpu = (cpuOf(agent.pid) - before) / (took * 1e9);
      found[index]!.push({ cpu: cpu * 100, lost: (lost / produced) * 100, rate: produced / took / 1e6 });
    }
  }
  return rates.flatMap((millions, index): Row[] => {
    const of = (name: 'cpu' | 'lost' | 'rate') => spread(found[index]!.map((each) => each[name]));
    const wanted = keys === WANTED.keys && millions === WANTED.millions;
    const rate = millions === 0 ? `${of('rate').median.toFixed(1)} M/s, the most that the producer can` : `${millions} M/s`;
    const title = `${keys.toLocaleString('en')} keys, ${rate}`;
    return [
      { what: `${title}: CPU of the agent, of one core`, value: of('cpu'), unit: 'percent', ...(wanted && { atMost: 15 }) },
      { what: `${title}: lost`, value: of('lost'), unit: 'share', ...(wanted && { atMost: 0 }) },
    ];
  });
}
