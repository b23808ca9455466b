import { setTimeout as delay } from 'node:timers/promises';
import { bpfHeldBy } from '../../harness/kernel/bpf.ts';
import { Container } from '../container.ts';
import type { Fault } from '../fault.ts';
import { countedWithLosses } from '../lossy.ts';
import type { Scene } from '../scene.ts';

const STOPPED_S = 30;
const RATE = 5000;

/** More connections than the ring holds records of. */
async function stop(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const container = scene.use(new Container(scene.random));
  const agent = await scene.agent();
  await scene.compares(agent, namespace);
  agent.signal('SIGSTOP');
  const load = scene.load(container.in(namespace), { rate: RATE, seconds: STOPPED_S });
  await Promise.all([load.made, delay(STOPPED_S * 1000)]);
  agent.signal('SIGCONT');
  const liveness = scene.prober(agent, '/liveness');
  const { folded } = await countedWithLosses(scene, agent, { namespace, container, loads: [load] });
  scene.checks.figure('connects and accepts without detail', folded);
  await scene.answered('liveness, from SIGCONT on,', liveness);
  await scene.healthy(agent);
  await scene.stops(agent);
}

const KILLS = 30;

/** Each time while connections are made. */
async function kill(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  let running = true;
  const load = (async () => {
    while (running) await scene.load(namespace, { rate: 3000, seconds: 2 }).made;
  })();
  load.catch(() => {});
  let left = 0;
  let signals = 0;
  for (let kills = 0; kills < KILLS; kills++) {
    const agent = await scene.agent();
    const held = bpfHeldBy(agent.pid);
    await delay(scene.random.between(50, 400));
    agent.signal('SIGKILL');
    if ((await agent.exited).signal === 'SIGKILL') signals++;
    left += (await scene.leftOf(agent.pid, held)).length;
  }
  running = false;
  await load;
  scene.checks.equal('kills', signals, KILLS);
  scene.checks.equal('left of them', left, 0);
  const last = await scene.agent();
  await scene.compares(last, namespace);
  await scene.counted(last, [scene.load(namespace, { rate: 2000, seconds: 2 })], { namespace });
  await scene.healthy(last);
  await scene.stops(last);
}

export const signals: readonly Fault[] = [
  {
    name: 'stopped',
    done: `SIGSTOP for ${STOPPED_S} s at ${RATE.toLocaleString('en')} connections/s, then SIGCONT`,
    must: 'totals are exact, no drift but of EstabResets, both probes answer 200 again at once',
    seconds: 50,
    run: stop,
  },
  {
    name: 'killed',
    done: `${KILLS} times kill -9 at 3,000 connections/s, and a new start each time`,
    must: 'nothing is left in the kernel, every start is ready, the last one counts exactly, no drift',
    seconds: 60,
    run: kill,
  },
];
