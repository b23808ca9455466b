import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { wrapped } from '../agent-command.ts';
import type { Fault } from '../fault.ts';
import type { Scene } from '../scene.ts';

const LIMIT = 64;
const CLIENTS = 100;

/** Clients take every descriptor that is left, then go away. */
async function run(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const agent = await scene.agent(wrapped((...command) => ['prlimit', `--nofile=${LIMIT}:${LIMIT}`, ...command]));
  await scene.compares(agent, namespace);
  const [host = '', port = ''] = agent.metrics.split(':');
  const clients: Socket[] = [];
  let refused = 0;
  for (let client = 0; client < CLIENTS; client++) {
    const socket = connect(Number(port), host).on('error', () => {});
    clients.push(socket.on('close', () => refused++));
  }
  await Promise.allSettled(clients.map((socket) => once(socket, 'connect')));
  const load = scene.load(namespace, { rate: 1000, seconds: 5 });
  await load.made;
  scene.checks.atLeast(`of ${CLIENTS} clients turned away`, refused, 1);
  for (const socket of clients) socket.destroy();
  await scene.counted(agent, [load], { namespace });
  await scene.healthy(agent);
  await scene.stops(agent);
}

export const descriptors: Fault = {
  name: 'descriptors',
  done: `a limit of ${LIMIT} open files, and ${CLIENTS} clients that keep connections open for 5 s at 1,000 connections/s`,
  must: 'the agent goes on; when the clients are gone, both probes answer 200, counts are exact, no drift',
  seconds: 20,
  run,
};
