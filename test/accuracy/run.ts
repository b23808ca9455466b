import type { Case, Chapter } from './case.ts';
import { FAMILIES, type Family } from './family.ts';
import { type Court, judge, type Verdict } from './judge.ts';

export interface RunOptions extends Court {
  /** Cases beside each other. They mostly wait. */
  readonly lanes: number;
  readonly onVerdict?: (verdict: Verdict) => void;
}

interface Job {
  readonly chapter: string;
  readonly item: Case;
  readonly family: Family;
}

/** Runs all cases, in each of their families. @returns in their order */
export async function runCases(chapters: readonly Chapter[], options: RunOptions): Promise<Verdict[]> {
  const jobs = chapters.flatMap(({ title, cases }) =>
    cases.flatMap((item) => (item.families ?? FAMILIES).map((family): Job => ({ chapter: title, item, family }))),
  );
  const verdicts = new Map<Job, Verdict>();
  const work = async (job: Job) => {
    const verdict = await judge(job.chapter, job.item, job.family, options);
    verdicts.set(job, verdict);
    options.onVerdict?.(verdict);
  };
  const of = (...loads: (Case['load'] | undefined)[]) => jobs.filter(({ item }) => loads.includes(item.load));
  // The slow ones first: the others fill the time that these wait.
  const light = inLanes([...of('slow'), ...of('quick', undefined)], options.lanes, work);
  await Promise.all([light, inLanes(of('heavy'), 1, work)]);
  await inLanes(of('alone'), 1, work);
  return jobs.map((job) => verdicts.get(job)!);
}

async function inLanes(jobs: readonly Job[], lanes: number, work: (job: Job) => Promise<void>): Promise<void> {
  const left = [...jobs];
  const lane = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
