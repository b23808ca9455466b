import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Agent } from '../harness/agent.ts';
import { type Page, type Sample, seriesOf } from '../harness/scrape/exposition.ts';
import { until } from '../harness/until.ts';

/** Where what the agent pushes can be seen, as a page. */
export interface Store {
  scrape(): Promise<Page>;
}

/** Added by collectors and by Prometheus' receiver: who sent it. */
const ADDED = new Set(['job', 'instance', 'otel_scope_name', 'otel_scope_version', 'otel_scope_schema_url']);

/** Which nothing on the machine moves. */
const CONSTANT = /^connwatch_(build_info|series_limit|ring_size_bytes|probe_attached)$/;

/** Of the whole machine, and only growing. */
const GROWING = /^connwatch_(events_total|events_lost_total|failure_records_total|export_failures_total)$/;

/** Only there while something happens, or not to be found on the page of the other at the same moment. */
const FLEETING = /^(tcp_connects_by_pid|connwatch_window_)/;

/** What belongs to a test that has the machine not for itself. */
export interface Own {
  /** Of executables; what begins so is our own. */
  readonly names: readonly string[];
  /** Inode number of its network namespace. */
  readonly netns: number;
}

function own({ names, netns }: Own, page: Page): Record<string, number> {
  const mine = ({ name, labels }: Sample) =>
    CONSTANT.test(name) || names.some((own) => (labels['process_executable_name'] ?? labels['comm'])?.startsWith(own)) || (name === 'connwatch_drift' && labels['netns'] === `${netns}`);
  return series(page.samples.filter(mine));
}

/** By name and labels, as both pages have them. */
function series(samples: readonly Sample[]): Record<string, number> {
  // The same bound is 1 for one and 1.0 for another.
  const plain = (name: string, value: string) => (name === 'le' ? String(Number(value.replace('Inf', 'Infinity'))) : value);
  const without = (labels: Sample['labels']) => Object.fromEntries(Object.entries(labels).filter(([name]) => !ADDED.has(name)).map(([name, value]) => [name, plain(name, value)]));
  return Object.fromEntries(samples.map((sample) => [seriesOf({ ...sample, labels: without(sample.labels) }), sample.value]));
}

export const familiesOf = (found: Readonly<Record<string, number>>): string[] => [...new Set(Object.keys(found).map((one) => one.split('[', 1)[0]!))];

/**
 * Waits until the collector's page says of what is our own exactly what the agent's says, and `enough` is in it.
 * @returns our own series
 */
export async function expectSame(agent: Agent, collector: Store, mine: Own, enough: (found: Readonly<Record<string, number>>) => boolean): Promise<Record<string, number>> {
  let looked: Record<'theirs' | 'ours', Record<string, number>> = { theirs: {}, ours: {} };
  // Both pages are equal when nothing has changed between two looks at the agent's.
  const equal = async () => {
    const before = own(mine, await agent.scrape());
    const theirs = own(mine, await collector.scrape());
    const ours = own(mine, await agent.scrape());
    looked = { theirs, ours };
    return isDeepStrictEqual(before, ours) && isDeepStrictEqual(theirs, ours) && enough(ours);
  };
  // When the time is up, the difference says more.
  await until(equal, true, { timeout: 30_000 }).catch(() => {});
  expect(looked.theirs).toStrictEqual(looked.ours);
  expect(enough(looked.ours), `${familiesOf(looked.ours).join()} is not enough`).toBe(true);
  return looked.ours;
}

/** What others on the machine move too: every family is on both pages, and a counter of the collector is between two looks at the agent's. */
export async function expectAllFamilies(agent: Agent, collector: Store): Promise<void> {
  const names = (page: Page) => new Set(page.samples.map(({ name }) => name).filter((name) => !FLEETING.test(name)));
  const growing = (page: Page) => Object.entries(series(page.samples.filter(({ name }) => GROWING.test(name))));
  const first = await agent.scrape();
  let theirs = await collector.scrape();
  const behind = async () => {
    theirs = await collector.scrape();
    const found = names(theirs);
    const counted = Object.fromEntries(growing(theirs));
    return [...[...names(first)].filter((name) => !found.has(name)), ...growing(first).filter(([one, value]) => !(counted[one]! >= value))];
  };
  await until(behind, []);
  const last = Object.fromEntries(growing(await agent.scrape()));
  expect(growing(theirs).filter(([one, value]) => !(last[one]! >= value))).toEqual([]);
  expect(growing(first).length).toBeGreaterThan(10);
}
