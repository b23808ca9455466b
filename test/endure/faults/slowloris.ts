import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { residentOf, watchMemory } from '../memory.ts';
import type { Scene } from '../scene.ts';
import { Clients } from '../tools/clients.ts';

const CLIENTS = 500;
const SECONDS = 20;
const GROWTH = 64;
/** The chart's liveness probe: every 10 s, and the third failure in a row restarts the agent. Ours asks ten times as often. */
const FAILURES_IN_A_ROW = 3;

/** Headers that never end, on both ports. */
async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const agent = await scene.agent();
  await scene.compares(agent, namespace);
  const before = residentOf(agent.pid)!;
  using memory = watchMemory(agent.pid);
  const prober = scene.prober(agent, '/liveness', { period: 1000 });
  const load = scene.load(namespace, { rate: 2000, seconds: SECONDS });
  {
    using metrics = new Clients(agent.metrics);
    using health = new Clients(agent.health);
    for (let client = 0; client < CLIENTS / 2; client++) for (const port of [metrics, health]) port.slowloris(1000);
    await Promise.all([load.made, delay(SECONDS * 1000)]);
    scene.checks.figure('connections cut by the agent', metrics.ended + health.ended);
  }
  const { asked, answered, longest, inARow } = await prober.finish();
  scene.checks.figure('liveness answered', `${answered} of ${asked}, the slowest after ${longest} ms`);
  scene.checks.atMost('liveness failed in a row', inARow, FAILURES_IN_A_ROW - 1);
  await scene.counted(agent, [load], { namespace });
  scene.checks.atMost('resident memory grew', memory.most() - before, GROWTH, 'MB');
  await scene.healthy(agent);
  await scene.stops(agent);
}

export const slowloris: Fault = {
  name: 'slowloris',
  done: `${CLIENTS} clients send a header byte by byte to both ports for ${SECONDS} s and connect again when they are cut, at 2,000 connections/s`,
  must: `liveness never fails ${FAILURES_IN_A_ROW} times in a row, totals are exact, no drift, at most ${GROWTH} MB more memory`,
  seconds: 45,
  run,
};
