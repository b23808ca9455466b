import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../test/harness/host.ts';
import type { Context } from './benchmark.ts';
import { Program, startAgent } from './lib/agent.ts';
import { memoryOf } from './lib/memory.ts';
import { page } from './lib/page.ts';
import { produce } from './lib/tools.ts';
import type { Result, Row } from './rows.ts';
import { difference, paired, spread } from './statistics.ts';

/** One line of windows a second, so that a few have been collected when memory is read. */
const QUICK_WINDOWS = ['--interval', '1s'];
const LINES = 20_000;

type Variant = 'bare' | 'agent' | 'cached' | 'otlp';

interface Weight {
  /** Milliseconds from the start of the process to ready, and CPU by then. */
  readonly ready: number;
  readonly cpu: number;
  /** MB, a few windows later. */
  readonly memory: number;
  readonly maps: number;
}

/** Memory and start of the bundled agent, above those of a Node.js that does nothing, turn by turn. */
export async function weight({ quick, say }: Context): Promise<Result> {
  const [rounds, idle, laden] = quick ? [3, 1500, 10] : [9, 5000, 60];
  const cache = mkdtempSync(join(tmpdir(), 'connwatch-bench-'));
  try {
    const start: Record<Variant, () => Promise<Program>> = {
      bare: () => Program.start([at('bench', 'lib', 'bare.mjs')]),
      agent: () => startAgent({ args: QUICK_WINDOWS }),
      cached: () => startAgent({ args: QUICK_WINDOWS, env: { NODE_COMPILE_CACHE: cache } }),
      // Nobody listens there: what is measured is the exporter, not a collector.
      otlp: () => startAgent({ args: [...QUICK_WINDOWS, '--otlp', 'true'], env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } }),
    };
    const found: Record<Variant, Weight[]> = { bare: [], agent: [], cached: [], otlp: [] };
    // Fills the compile cache, and the machine's cache of files.
    for (const variant of VARIANTS) await weigh(start[variant], 500);
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < VARIANTS.length; turn++) {
        const variant = VARIANTS[(round + turn) % VARIANTS.length]!;
        found[variant].push(await weigh(start[variant], idle));
      }
    }
    return { rows: [...rowsOf(found), ...(await withSeries(laden, found, say))], notes: NOTES };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

const VARIANTS: readonly Variant[] = ['bare', 'agent', 'cached', 'otlp'];

const NOTES = [
  'Memory is what /proc calls Rss, in MB of 10^6 bytes. Of the agent it includes the ring buffer, which is memory of the ' +
    'kernel that is mapped in. The table of live sockets is mapped only while a window reads it. CPU is that of all threads, in steps of 10 ms.',
];

async function weigh(start: () => Promise<Program>, idle: number): Promise<Weight> {
  await using program = await start();
  await delay(idle);
  const { resident, maps } = memoryOf(program.pid);
  return { ready: program.ready, cpu: program.readyCpu, memory: resident, maps };
}

function rowsOf(found: Readonly<Record<Variant, readonly Weight[]>>): Row[] {
  const of = (variant: Variant, what: keyof Weight) => found[variant].map((weight) => weight[what]);
  const above = (variant: Variant, what: keyof Weight) => paired(of(variant, what), of('bare', what), difference);
  const own = found.agent.map(({ memory, maps }) => memory - maps);
  return [
    { what: 'bare Node.js: start to ready', value: spread(of('bare', 'ready')), unit: 'ms' },
    { what: 'agent: start to ready, above it', value: above('agent', 'ready'), unit: 'ms', atMost: 150 },
    { what: 'the same, CPU', value: above('agent', 'cpu'), unit: 'ms' },
    { what: 'with a compile cache: start to ready, above it', value: above('cached', 'ready'), unit: 'ms' },
    { what: 'with OTLP: start to ready, above it', value: above('otlp', 'ready'), unit: 'ms' },
    { what: 'bare Node.js: memory', value: spread(of('bare', 'memory')), unit: 'MB' },
    { what: 'agent, idle: memory above it', value: above('agent', 'memory'), unit: 'MB', atMost: 30 },
    { what: 'of that: maps of the kernel', value: spread(of('agent', 'maps')), unit: 'MB' },
    { what: 'the rest of it', value: paired(own, of('bare', 'memory'), difference), unit: 'MB' },
    { what: 'with a compile cache, idle: memory above bare', value: above('cached', 'memory'), unit: 'MB' },
    { what: 'with OTLP, idle: memory above bare', value: above('otlp', 'memory'), unit: 'MB' },
  ];
}

/** The same with a page of 20,000 lines that change in every window and are scraped every second. */
async function withSeries(seconds: number, { bare }: Readonly<Record<Variant, readonly Weight[]>>, say: Context['say']): Promise<Row[]> {
  const keys = await keysFor(LINES);
  await using agent = await startAgent({ args: [...QUICK_WINDOWS, '--series-limit', roomFor(keys)] });
  const base = spread(bare.map(({ memory }) => memory)).median;
  const rate = keys * 4;
  const done = produce({ pid: agent.pid, keys, rate, count: rate * seconds });
  const readings: number[] = [];
  let lines = 0;
  for (let second = 1; second <= seconds; second++) {
    await delay(1000);
    lines = linesOf(await page(agent));
    readings.push(memoryOf(agent.pid).resident - base);
    if (second % 10 === 0) say(`${lines} lines, ${second} of ${seconds} s`);
  }
  await done;
  const half = readings.length >> 1;
  const late = spread(readings.slice(half));
  const early = spread(readings.slice(Math.min(5, half), half + 1));
  return [
    { what: `agent, ${lines.toLocaleString('en')} lines on the page: memory above bare`, value: late, unit: 'MB', atMost: 60 },
    { what: `grown from the first half of ${seconds} s to the second`, value: spread([late.median - early.median]), unit: 'MB' },
  ];
}

const linesOf = (text: string): number => text.split('\n').filter((line) => !/^(#|$)/.test(line)).length;

/** A series limit with a place for all: one executable gets 76 % of the places, and there are a quarter as many histograms. */
const roomFor = (keys: number): string => `${9 * keys}`;

/** How many peers fill so many lines: counters, a histogram, and what else there is by peer. */
async function keysFor(lines: number): Promise<number> {
  const [few, many] = [100, 300];
  const counted: number[] = [];
  for (const keys of [few, many]) {
    await using agent = await startAgent({ args: [...QUICK_WINDOWS, '--series-limit', roomFor(keys)] });
    await produce({ pid: agent.pid, keys, rate: keys * 4, count: keys * 10 });
    counted.push(linesOf(await page(agent)));
  }
  const perKey = (counted[1]! - counted[0]!) / (many - few);
  return Math.round((lines - counted[0]!) / perKey) + few;
}
