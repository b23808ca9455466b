import { createHash } from 'node:crypto';
import { Cgroup, hierarchies } from '../../harness/cgroup.ts';
import { countsOf, lossesOf } from '../../harness/counts.ts';
import type { Page } from '../../harness/exposition.ts';
import type { Fault } from '../fault.ts';
import { CLOSED_PORT, madeBy, startLoad, sum } from '../load.ts';
import type { Scene } from '../scene.ts';
import { driftOf, NO_DRIFT } from '../drift.ts';

const COUNT = 50_000;
const FAST = ['--count', `${COUNT}`, '--threads', '2'];

/** In a container of its own: what others lose meanwhile is not ours. */
async function run(scene: Scene): Promise<void> {
  const id = createHash('sha256').update(scene.random.name('container')).digest('hex');
  const namespace = await scene.namespace();
  const cgroup = scene.use(new Cgroup(hierarchies()[0], `/docker/${id}`));
  const agent = await scene.agent({ args: ['--ring-size', '4KiB'] });
  await scene.compares(agent, namespace);
  const liveness = scene.prober(agent, '/liveness');
  const parts = new Map([
    [scene.random.name('accepted'), ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--sources', '64', ...FAST]],
    [scene.random.name('refused'), ['plain', '--port', `${CLOSED_PORT}`, ...FAST]],
  ]);
  const inside = { command: (...command: string[]) => cgroup.command(...namespace.command(...command)) };
  const load = startLoad(parts, scene.generator, inside);
  const made = sum(await madeBy(load.names, [load]));
  const ours = { container_id: id.slice(0, 12) };
  let page!: Page;
  const look = (now: Page) => ({ counts: countsOf((page = now), ours), drift: driftOf(now, namespace.inode) });
  const seen = await scene.settle(agent, look, { counts: made, drift: NO_DRIFT });
  scene.checks.equal('connections', seen.counts, made);
  scene.checks.equal('drift', seen.drift, NO_DRIFT);
  const folded = countsOf(page, { ...ours, process_executable_name: '[folded]' });
  scene.checks.atLeast('of these without detail', folded.attempts + folded.accepts, 1);
  scene.checks.atLeast('records lost, as the agent says', lossesOf(page)['kernel/ring_full'] ?? 0, folded.attempts + folded.accepts);
  await scene.answered('liveness', liveness);
  await scene.stops(agent);
}

export const ringFull: Fault = {
  name: 'ring-full',
  done: `a ring buffer of one page (4 KiB), ${COUNT.toLocaleString('en')} accepted and as many refused connects as fast as the machine can`,
  must: 'totals are exact, what lost its detail is counted, no drift, liveness answers',
  seconds: 20,
  run,
};
