import { type Counts, countsMade, countsOf } from '../harness/scrape/counts.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import type { Namespace } from '../harness/kernel/namespace.ts';
import type { Random } from '../harness/random.ts';
import type { Generator } from '../harness/traffic.ts';

export const CLOSED_PORT = 7;
/** A network namespace, or one and a cgroup. */
export type Place = Pick<Namespace, 'command'>;

const NOTHING: Counts = { attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0 };

export interface LoadOptions {
  /** Connects a second: half of them accepted, half of them refused. */
  readonly rate: number;
  readonly seconds: number;
  /** Names of the two executables. @default new ones */
  readonly names?: readonly [accepted: string, refused: string];
}

/** Connections that are being made. */
export interface Load {
  readonly names: readonly string[];
  /** By name. Resolves at the end. */
  readonly made: Promise<ReadonlyMap<string, Counts>>;
}

/** What one executable makes, as arguments of conngen. */
export function startLoad(parts: ReadonlyMap<string, readonly string[]>, generator: Generator, place: Place): Load {
  const run = async ([name, args]: [string, readonly string[]]): Promise<[string, Counts]> => [name, countsMade(await generator.run(name, args, place))];
  const made = Promise.all([...parts].map(run)).then((all) => new Map(all));
  // Whoever awaits it later hears of a failure then.
  made.catch(() => {});
  return { names: [...parts.keys()], made };
}

const common = (rate: number, seconds: number) => ['--threads', '2', '--rate', `${Math.ceil(rate)}`, '--count', `${Math.ceil(rate * seconds)}`];

/** Accepted and refused connects at once, by two executables of their own. */
export function makeLoad(generator: Generator, place: Place, random: Random, { rate, seconds, names }: LoadOptions): Load {
  const [accepted, refused] = names ?? [random.name('accepted'), random.name('refused')];
  const half = common(rate / 2, seconds);
  const parts = new Map([
    [accepted, ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--sources', '64', ...half]],
    [refused, ['plain', '--port', `${CLOSED_PORT}`, ...half]],
  ]);
  return startLoad(parts, generator, place);
}

export const seenOf = (page: Page, names: readonly string[]): Counts[] => names.map((name) => countsOf(page, { process_executable_name: name }));

/** One row per name; several loads may have the same. */
export async function madeBy(names: readonly string[], loads: readonly Load[]): Promise<Counts[]> {
  const all = await Promise.all(loads.map(({ made }) => made));
  return names.map((name) => sum(all.flatMap((made) => made.get(name) ?? [])));
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce((left, right) => {
    const failures = { ...left.failures };
    for (const [type, count] of Object.entries(right.failures)) failures[type] = (failures[type] ?? 0) + count;
    return {
      attempts: left.attempts + right.attempts,
      successes: left.successes + right.successes,
      failures,
      pending: left.pending + right.pending,
      accepts: left.accepts + right.accepts,
    };
  }, NOTHING);
}
