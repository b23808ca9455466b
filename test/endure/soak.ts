import { setTimeout as delay } from 'node:timers/promises';
import { lossesOf } from '../harness/scrape/counts.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import type { Random } from '../harness/random.ts';
import { type Load, sum } from './load.ts';
import { residentOf } from './memory.ts';
import type { Check } from './fault.ts';
import { Scene } from './scene.ts';
import { type Sample, slopeOf } from './slope.ts';

const ROUND_S = 5;
/** Of a soak this much passes before memory is looked at: caches fill, code is compiled. */
const WARM_UP = 0.3;
const HOUR_MS = 3_600_000;
/** MB that the last third may have more than the one before, by median. */
const GROWTH = 5;
/** MB/h, of a soak of an hour or more. */
const STEEPEST = 1;

export interface Soaked {
  readonly state: 'yes' | 'no';
  readonly why?: string;
  readonly minutes: number;
  /** Connections a second: asked for, and made. */
  readonly asked: number;
  readonly made: number;
  readonly connections: number;
  /** Records without detail, by stage and reason. */
  readonly lost: Readonly<Record<string, number>>;
  /** MB at the end. */
  readonly memory: number;
  readonly slope: { readonly perHour: number; readonly error: number };
  readonly checks: readonly Check[];
}

export interface SoakOptions {
  readonly milliseconds: number;
  readonly rate: number;
  readonly random: Random;
  readonly say: (text: string) => void;
}

/** Connections as fast as they are asked for, by ever new processes of the same few programs. */
export async function soak({ milliseconds, rate, random, say }: SoakOptions): Promise<Soaked> {
  const scene = new Scene(random);
  const samples: Sample[] = [];
  const found = { minutes: 0, asked: rate, made: 0, connections: 0, lost: {} as Record<string, number>, memory: 0, slope: { perHour: 0, error: 0 } };
  let why: string | undefined;
  try {
    const namespace = await scene.namespace();
    const agent = await scene.agent({ args: ['--interval', '5s'] });
    await scene.compares(agent, namespace);
    const liveness = scene.prober(agent, '/liveness');
    const names = [random.name('accepted'), random.name('refused')] as const;
    const loads: Load[] = [];
    const start = performance.now();
    let running = true;
    const sampling = (async () => {
      while (running) {
        const value = residentOf(agent.pid);
        const time = performance.now() - start;
        if (value !== undefined && time > milliseconds * WARM_UP) samples.push({ time: time / HOUR_MS, value });
        await delay(500);
      }
    })();
    let connections = 0;
    for (let said = 0; performance.now() - start < milliseconds; ) {
      const load = scene.load(namespace, { rate, seconds: ROUND_S, names });
      loads.push(load);
      connections += sum([...(await load.made).values()]).attempts;
      await agent.scrape();
      if (performance.now() - said < 30_000) continue;
      said = performance.now();
      say(`${((said - start) / 60_000).toFixed(1)} of ${milliseconds / 60_000} min, ${Math.round(residentOf(agent.pid) ?? 0)} MB, ${connections.toLocaleString('en')} connections`);
    }
    const took = performance.now() - start;
    running = false;
    await sampling;
    await scene.answered('liveness', liveness);
    const page: Page = await scene.counted(agent, loads, { namespace });
    const half = (from: number, to: number) => median(samples.slice(Math.floor(samples.length * from), Math.floor(samples.length * to)).map(({ value }) => value));
    Object.assign(found, {
      minutes: took / 60_000,
      made: connections / (took / 1000),
      connections,
      lost: lossesOf(page),
      memory: residentOf(agent.pid) ?? 0,
      slope: slopeOf(samples),
    });
    scene.checks.atMost('resident memory of the last third of the samples more than of the third before', half(2 / 3, 1) - half(1 / 3, 2 / 3), GROWTH, 'MB');
    // With its error, so that a short soak is not judged by noise.
    if (milliseconds >= HOUR_MS) scene.checks.atMost('slope, by twice its error less', found.slope.perHour - 2 * found.slope.error, STEEPEST, 'MB/h');
    await scene.stops(agent);
  } catch (error) {
    why = [error instanceof Error ? error.message : String(error), ...scene.ends].join('; ');
  }
  await scene[Symbol.asyncDispose]();
  const { all } = scene.checks;
  return { state: why === undefined && all.every(({ holds }) => holds) ? 'yes' : 'no', ...(why !== undefined && { why }), ...found, checks: all };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
