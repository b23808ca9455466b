import type { Fault } from '../fault.ts';
import type { Scene } from '../scene.ts';

async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const agents = [await scene.agent(), await scene.agent()];
  for (const agent of agents) await scene.compares(agent, namespace);
  const load = scene.load(namespace, { rate: 5000, seconds: 5 });
  for (const agent of agents) await scene.counted(agent, [load], { namespace });
  // One goes; the other one does not notice.
  await scene.stops(agents[0]!);
  const more = scene.load(namespace, { rate: 5000, seconds: 2 });
  await scene.counted(agents[1]!, [load, more], { namespace });
  await scene.healthy(agents[1]!);
  await scene.stops(agents[1]!);
}

export const twoAgents: Fault = {
  name: 'two-agents',
  done: 'two agents on one host at 5,000 connections/s; then the first one is stopped',
  must: 'both count exactly, no drift of either, before and after',
  seconds: 25,
  run,
};
