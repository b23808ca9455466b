import type { Page } from '../../harness/scrape/exposition.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { Fault } from '../fault.ts';
import { seenOf, sum } from '../load.ts';
import type { Scene } from '../scene.ts';
import { countsMade } from '../../harness/scrape/counts.ts';
import { driftOf, NO_DRIFT } from '../drift.ts';
import { watchMemory } from '../memory.ts';

/** Of live sockets: struct cw_conn's array, docs/DECISIONS.md. */
const SLOTS = 65_536;
/** A process has 20,000 descriptors at most on some hosts. */
const [PROCESSES, EACH] = [4, 18_000];
const TOTAL = PROCESSES * EACH;

/** More sockets that live at once than there are slots. */
async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const agent = await scene.agent();
  await scene.compares(agent, namespace);
  const liveness = scene.prober(agent, '/liveness');
  using memory = watchMemory(agent.pid);
  const names = Array.from({ length: PROCESSES }, () => scene.random.name('hanging'));
  // Each connects to an address of its own: one has only some 28,000 ports to be connected from.
  const traffics = names.map((name, index) =>
    scene.generator.start(name, ['hang', '--address', `127.9.0.${index + 1}`, '--port', `${SILENT_PORT}`, '--count', `${EACH}`], namespace),
  );
  await Promise.all(traffics.map((traffic) => traffic.said.line({ hanging: true })));
  const pending = (page: Page) => {
    const { attempts, pending } = sum(seenOf(page, names));
    return { attempts, pending };
  };
  const all = { attempts: TOTAL, pending: TOTAL };
  scene.checks.equal('while they are open', await scene.settle(agent, pending, all), all);
  const made = sum((await Promise.all(traffics.map((traffic) => traffic.finish()))).map(countsMade));
  const look = (page: Page) => ({ counts: sum(seenOf(page, names)), drift: driftOf(page, namespace.inode) });
  const seen = await scene.settle(agent, look, { counts: made, drift: NO_DRIFT });
  scene.checks.equal('after their end', seen.counts, made);
  scene.checks.equal('drift', seen.drift, NO_DRIFT);
  scene.checks.figure('most memory, MB', Math.round(memory.most()));
  await scene.answered('liveness', liveness);
  await scene.stops(agent);
}

export const mapFull: Fault = {
  name: 'map-full',
  done: `${TOTAL.toLocaleString('en')} connects pending at once, more than the map of live sockets has slots (${SLOTS.toLocaleString('en')})`,
  must: 'every one is pending, then failed; no drift, liveness answers',
  seconds: 60,
  run,
};
