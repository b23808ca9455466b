// Runs in a virtual machine, whose clock is its own: steps it while connections are made. What was counted goes into
// the file that is named, as JSON.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent } from '../../harness/agent.ts';
import { Random } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import type { Load } from '../load.ts';
import { Scene } from '../scene.ts';

/** Seconds by which the clock is moved, one after the other. */
const STEPS = [3600, -7200, 3600];
/** Under emulation all takes ten times as long. */
const LIMITS = { answer: 5000, patience: 120_000 };
const RATE = 100;
/** No connection of ours lives so long, on any machine. */
const LONGEST_S = 60;
const WINDOWS = 3;

async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const agent = await scene.agent();
  await scene.compares(agent, namespace);
  const liveness = scene.prober(agent, '/liveness', { period: 1000 });
  const readiness = scene.prober(agent, '/readiness', { period: 1000 });
  const loads: Load[] = [];
  const names = [scene.random.name('accepted'), scene.random.name('refused')] as const;
  for (const step of STEPS) {
    const load = scene.load(namespace, { rate: RATE, seconds: 4, names });
    loads.push(load);
    await delay(2000);
    await must(['date', '--set', `@${Math.round(Date.now() / 1000) + step}`]);
    await load.made;
    const lengths = await windowsGoOn(scene, agent);
    scene.checks.equal(`windows of a usual length after a step of ${step} s`, lengths.filter(isUsual).length >= WINDOWS ? 'enough' : lengths, 'enough');
  }
  const page = await scene.counted(agent, loads, { namespace });
  scene.checks.equal('durations', durationsOf(page, names), 'from 0 s to 60 s');
  await scene.answered('liveness', liveness);
  await scene.answered('readiness', readiness);
  await scene.stops(agent);
}

/** Lengths of the windows that end from now on, seconds, until enough of them are usual. The one with the step in it is not. */
async function windowsGoOn({ limits }: Scene, agent: Agent): Promise<number[]> {
  const lengths = new Map<number, number>();
  const end = performance.now() + limits.patience;
  while (performance.now() < end && [...lengths.values()].filter(isUsual).length < WINDOWS) {
    const page = await agent.scrape();
    lengths.set(page.sum('connwatch_window_end_seconds'), page.sum('connwatch_window_length_seconds'));
    await delay(500);
  }
  return [...lengths.values()];
}

const isUsual = (length: number): boolean => length > 0 && length < LONGEST_S;

/** Of connects and of connections: the mean of each series. */
function durationsOf(page: Page, names: readonly string[]): string {
  const means = ['connwatch_tcp_connect_duration_seconds', 'connwatch_tcp_connection_duration_seconds'].flatMap((metric) =>
    names.map((name) => {
      const of = (part: string) => page.sum(`${metric}_${part}`, { process_executable_name: name });
      return of('count') === 0 ? 0 : of('sum') / of('count');
    }),
  );
  const odd = means.filter((mean) => !(mean >= 0 && mean <= LONGEST_S));
  return odd.length === 0 ? `from 0 s to ${LONGEST_S} s` : odd.join(', ');
}

const [results = ''] = process.argv.slice(2);
const scene = new Scene(new Random(), LIMITS);
let why: string | undefined;
try {
  await run(scene);
} catch (error) {
  why = [error instanceof Error ? error.message : String(error), ...scene.ends].join('; ');
}
await scene[Symbol.asyncDispose]();
writeFileSync(results, JSON.stringify({ why, checks: scene.checks.all }));
