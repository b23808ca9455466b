import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '../harness/scrape/exposition.ts';
import type { Agents, Case } from './case.ts';
import { Differs, differenceOf } from './difference.ts';
import type { Family } from './family.ts';
import type { KernelCounter } from './kernel-counters.ts';
import { kernelFrom, type Kernel } from './kernel.ts';
import { asMade, tally, tallyMade, type Tallies } from './tally.ts';
import { World } from './world/world.ts';

export interface Verdict {
  readonly chapter: string;
  readonly name: string;
  readonly made: string;
  readonly family: Family;
  readonly state: 'ok' | 'differs' | 'cannot';
  /** What differs, or why it can't be made or seen here. */
  readonly why?: string;
  readonly expected: Tallies;
  readonly kernel: Kernel;
  /** What came out. */
  readonly seen?: { readonly page: Tallies; readonly kernel: Kernel };
  readonly seconds: number;
}

export interface Court {
  readonly agents: Agents;
  /** Pages to look at for what is expected. */
  readonly patience: number;
}

const KERNEL_PATIENCE_MS = 3000;

const TRIES = 3;

/**
 * Makes a case and compares: what its processes say, the kernel's counters, the
 * agent's page. A case that did not come about, as when a slow machine lets a
 * second pass between two calls, is made again.
 */
export async function judge(chapter: string, item: Case, family: Family, court: Court): Promise<Verdict> {
  const { expected, kernel } = { expected: expectedOf(item), kernel: kernelExpected(item) };
  const start = performance.now();
  const verdict = (found: Found): Verdict => {
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    return { chapter, name: item.name, made: item.made, family, expected, kernel, seconds, ...found };
  };
  const cannot = item.cannot?.(await court.agents[item.agent ?? 'usual'].page());
  if (cannot !== undefined) return verdict({ state: 'cannot', why: cannot });
  for (let tries = 1; ; tries++) {
    const found = await once(item, family, court, expected, kernel);
    if (found.state !== 'not made') return verdict(found as Found);
    if (tries === TRIES) return verdict({ ...found, state: 'differs' });
  }
}

type Found = Pick<Verdict, 'state' | 'why' | 'seen'>;

async function once(item: Case, family: Family, { agents, patience }: Court, expected: Tallies, kernel: Kernel) {
  const watch = agents[item.agent ?? 'usual'];
  const roles = Object.keys(expected);
  await using world = new World(family, watch, patience);
  try {
    await item.run(world);
    const truths = await world.finish();
    const made = Object.fromEntries(roles.map((role) => [role, tallyMade(truths.get(role) ?? [])]));
    const notMade = item.truth === false ? undefined : differenceOf(asMade(expected), made);
    if (notMade !== undefined) return { state: 'not made', why: `made: ${notMade}` } as const;
  } catch (error) {
    return { state: error instanceof Differs ? 'differs' : 'not made', why: (error as Error).message } as const;
  }
  const look = (page: Page, history: Page) => ({ tallies: world.tallies(page, item.expect), owners: world.owners.seen(history) });
  const pages = { tallies: expected, owners: world.owners.expected };
  const seen = await world.watch.settles(look, pages, patience);
  const counters = item.kernel === 'gone' ? kernel : await settledKernel(item, world, kernel);
  const found = { seen: { page: seen.tallies, kernel: counters } };
  const differences = [prefixed('kernel', differenceOf(kernel, counters)), prefixed('page', differenceOf(pages, seen))].filter(Boolean);
  return differences.length === 0 ? ({ state: 'ok', ...found } as const) : ({ state: 'differs', why: differences.join('; '), ...found } as const);
}

const prefixed = (judge: string, difference: string | undefined) => (difference === undefined ? undefined : `${judge}: ${difference}`);

function expectedOf({ expect }: Case): Tallies {
  return Object.fromEntries(Object.entries(expect).map(([role, of]) => [role, tally({ ...of })]));
}

function kernelExpected({ expect, unsent, failedUnsent = 0, kernel }: Case): Kernel {
  const withoutPort = Object.values(expect).reduce((sum, { failures = {} }) => sum + (failures['address_unavailable'] ?? 0), 0);
  const given = kernel === 'gone' ? {} : kernel;
  const sum = Object.entries({ ...kernelFrom(expect, unsent ?? withoutPort, failedUnsent), ...given });
  return Object.fromEntries(sum.filter(([, value]) => value !== 0 && value !== 'any'));
}

/** Without the counters of which anything is right. */
function comparable(seen: Kernel, { kernel }: Case): Kernel {
  const any = (name: string) => kernel !== undefined && kernel !== 'gone' && kernel[name as KernelCounter] === 'any';
  return Object.fromEntries(Object.entries(seen).filter(([name]) => !any(name)));
}

/** Its counters go on for a moment after a process has ended: the other side's answer. */
async function settledKernel(item: Case, world: World, expected: Kernel): Promise<Kernel> {
  const end = performance.now() + KERNEL_PATIENCE_MS;
  for (;;) {
    const kernel = comparable(await world.kernel(), item);
    if (differenceOf(expected, kernel) === undefined || performance.now() > end) return kernel;
    await delay(50);
  }
}
