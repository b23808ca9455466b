import type { Agent } from '../harness/agent.ts';
import type { Namespace } from '../harness/kernel/namespace.ts';
import { countsOf, lossesOf } from '../harness/scrape/counts.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import type { Container } from './container.ts';
import { driftOf, NO_DRIFT } from './drift.ts';
import { type Load, madeBy, sum } from './load.ts';
import type { Scene } from './scene.ts';

export interface Ours {
  readonly namespace: Namespace;
  /** In which all loads are: what others on this machine lose meanwhile is not ours. */
  readonly container: Container;
  readonly loads: readonly Load[];
}

/**
 * Records may be lost: what was made is what the page says, with detail or without it. In which state a lost record's
 * connection ended is part of the detail, so the drift of EstabResets is a figure only.
 */
export async function countedWithLosses(scene: Scene, agent: Agent, { namespace, container, loads }: Ours): Promise<{ readonly folded: number; readonly lost: number }> {
  const made = sum(await madeBy(loads.flatMap(({ names }) => names), loads));
  let page!: Page;
  const look = (now: Page) => ({ counts: countsOf((page = now), container.label), drift: withoutResets(driftOf(now, namespace.inode)) });
  const seen = await scene.settle(agent, look, { counts: made, drift: withoutResets(NO_DRIFT) });
  scene.checks.equal('connections', seen.counts, made);
  scene.checks.equal('drift', seen.drift, withoutResets(NO_DRIFT));
  scene.checks.figure('drift of EstabResets', driftOf(page, namespace.inode)['EstabResets'] ?? 'none');
  const { attempts, accepts } = countsOf(page, { ...container.label, process_executable_name: '[folded]' });
  return { folded: attempts + accepts, lost: lossesOf(page)['kernel/ring_full'] ?? 0 };
}

function withoutResets(drift: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(drift).filter(([counter]) => counter !== 'EstabResets'));
}
