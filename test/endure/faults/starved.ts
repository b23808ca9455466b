import { chartResources } from '../chart.ts';
import { Container } from '../container.ts';
import type { Fault } from '../fault.ts';
import { Limited, whyNoLimit } from '../limited.ts';
import { countedWithLosses } from '../lossy.ts';
import type { Scene } from '../scene.ts';

const SECONDS = 15;
const RATE = 1000;
/** The kubelet's, of the chart. */
const ANSWER_MS = 5000;

/** It gets the CPU that the chart sets aside, and no more. */
async function run(scene: Scene): Promise<void> {
  const limited = scene.use(Limited.cpu(chartResources().cpuRequest));
  const namespace = await scene.namespace();
  const container = scene.use(new Container(scene.random));
  const agent = await scene.agent();
  await scene.compares(agent, namespace);
  limited.take(agent.pid);
  const liveness = scene.prober(agent, '/liveness', { period: 1000 });
  const load = scene.load(container.in(namespace), { rate: RATE, seconds: SECONDS });
  const { folded } = await countedWithLosses(scene, agent, { namespace, container, loads: [load] });
  scene.checks.figure('connects and accepts without detail', folded);
  await scene.answered('liveness', liveness, { answer: ANSWER_MS });
  const { periods, held } = limited.throttled();
  scene.checks.atLeast(`held back, of ${periods.toLocaleString('en')} periods of 100 ms`, held, 1);
  await scene.stops(agent);
}

export const starved: Fault = {
  name: 'cpu-starved',
  done: `a quota of ${chartResources().cpuRequest * 1000}m CPU, what the chart asks for, ${SECONDS} s at ${RATE.toLocaleString('en')} connections/s`,
  must: 'totals are exact, no drift, liveness answers within the 5 s that the chart gives it',
  seconds: 30,
  refusal: () => whyNoLimit('cpu'),
  run,
};
