import type { Page } from '../harness/scrape/exposition.ts';

/** The agent agrees with the kernel's counters. */
export const NO_DRIFT = { ActiveOpens: 0, PassiveOpens: 0, AttemptFails: 0, EstabResets: 0, CurrEstab: 0 };

export function driftOf(page: Page, netns: number): Record<string, number> {
  return page.by('counter', 'connwatch_drift', { netns: `${netns}` });
}

/** All of them were computed after `moment` (performance.now()). */
export function comparedSince(page: Page, netns: number, moment: number): boolean {
  const ages = page.select('connwatch_drift_age_seconds', { netns: `${netns}` });
  return ages.length > 0 && ages.every(({ value }) => value * 1000 < performance.now() - moment);
}
