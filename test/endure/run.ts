import type { Random } from '../harness/random.ts';
import { type Fault, type Outcome, Skip } from './fault.ts';
import { CAMPAIGN, type Limits, Scene } from './scene.ts';

/** A fault that takes so many times what it should has failed. */
const OVERTIME = 6;

/** Makes one fault and judges. Never throws: what went wrong is in the outcome. */
export async function runFault({ name, done, must, seconds, refusal, run }: Fault, random: Random, limits: Limits = CAMPAIGN): Promise<Outcome> {
  const start = performance.now();
  const outcome = (rest: Pick<Outcome, 'state' | 'why' | 'checks'>): Outcome => ({ name, done, must, seconds: (performance.now() - start) / 1000, ...rest });
  const why = refusal?.();
  if (why !== undefined) return outcome({ state: 'skipped', why, checks: [] });
  const scene = new Scene(random, limits);
  const { all } = scene.checks;
  let failure: string | undefined;
  let skipped: string | undefined;
  try {
    await inTime(run(scene), seconds * OVERTIME);
  } catch (error) {
    if (error instanceof Skip) skipped = error.message;
    else failure = [messageOf(error), ...scene.ends].join('; ');
  }
  try {
    await scene[Symbol.asyncDispose]();
  } catch (error) {
    failure ??= `cleaning up: ${messageOf(error)}`;
  }
  if (skipped !== undefined) return outcome({ state: 'skipped', why: skipped, checks: [] });
  if (failure !== undefined) return outcome({ state: 'no', why: failure, checks: all });
  return outcome({ state: all.length > 0 && all.every(({ holds }) => holds) ? 'yes' : 'no', checks: all });
}

async function inTime(work: Promise<void>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  // What is cut off may fail later, when its agent is gone.
  work.catch(() => {});
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 3).join(' ');
