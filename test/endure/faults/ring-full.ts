import { Container } from '../container.ts';
import type { Fault } from '../fault.ts';
import { CLOSED_PORT, startLoad } from '../load.ts';
import { countedWithLosses } from '../lossy.ts';
import type { Scene } from '../scene.ts';

const COUNT = 50_000;
const FAST = ['--count', `${COUNT}`, '--threads', '2'];

async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const container = scene.use(new Container(scene.random));
  const agent = await scene.agent({ args: ['--ring-size', '4KiB'] });
  await scene.compares(agent, namespace);
  const liveness = scene.prober(agent, '/liveness');
  const parts = new Map([
    [scene.random.name('accepted'), ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--sources', '64', ...FAST]],
    [scene.random.name('refused'), ['plain', '--port', `${CLOSED_PORT}`, ...FAST]],
  ]);
  const load = startLoad(parts, scene.generator, container.in(namespace));
  const { folded, lost } = await countedWithLosses(scene, agent, { namespace, container, loads: [load] });
  scene.checks.atLeast('connects and accepts without detail', folded, 1);
  scene.checks.atLeast('records lost, as the agent says', lost, folded);
  await scene.answered('liveness', liveness);
  await scene.stops(agent);
}

export const ringFull: Fault = {
  name: 'ring-full',
  done: `a ring buffer of one page (4 KiB), ${COUNT.toLocaleString('en')} accepted and as many refused connects as fast as the machine can`,
  must: 'totals are exact, what lost its detail is counted, no drift but of EstabResets, liveness answers',
  seconds: 20,
  run,
};
