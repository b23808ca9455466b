import { countsOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { wrapped } from '../agent-command.ts';
import { chartResources } from '../chart.ts';
import { Container } from '../container.ts';
import { driftOf, NO_DRIFT } from '../drift.ts';
import type { Fault } from '../fault.ts';
import { Limited, whyNoLimit } from '../limited.ts';
import { CLOSED_PORT, madeBy, startLoad, sum } from '../load.ts';
import { residentOf, watchMemory } from '../memory.ts';
import type { Scene } from '../scene.ts';

const DESTINATIONS = 1_000_000;
/** MB that a flood may cost. */
const GROWTH = 60;
const MIB = 2 ** 20;

/** Whose they are and why they failed is not told of what is over the series limit. */
const failed = (page: Page) => page.sum('connwatch_tcp_connect_failures_total');

/** One user connects to ever other destinations; another one works as usual. */
async function run(scene: Scene): Promise<void> {
  const { memoryLimit } = chartResources();
  const limited = scene.use(Limited.memory(memoryLimit));
  const namespace = await scene.namespace();
  const [flooder, neighbour] = [scene.use(new Container(scene.random)), scene.use(new Container(scene.random))];
  const agent = await scene.agent(wrapped((...command) => limited.command(...command)));
  await scene.compares(agent, namespace);
  const before = residentOf(agent.pid)!;
  const failedBefore = failed(await agent.scrape());
  using memory = watchMemory(agent.pid);
  const liveness = scene.prober(agent, '/liveness');
  const args = (...more: string[]) => ['plain', '--address', '127.2.0.1', '--port', `${CLOSED_PORT}`, ...more];
  const flood = startLoad(
    new Map([[scene.random.name('flood'), args('--peers', `${DESTINATIONS}`, '--count', `${DESTINATIONS}`, '--threads', '2')]]),
    scene.generator,
    flooder.in(namespace),
  );
  const work = startLoad(new Map([[scene.random.name('work'), args('--peers', '10', '--count', '500', '--rate', '50')]]), scene.generator, neighbour.in(namespace));
  const [flooded, worked] = [sum(await madeBy(flood.names, [flood])), sum(await madeBy(work.names, [work]))];
  // Before anything is asked of an agent that may not be there any more.
  scene.checks.equal('ended by the kernel for its memory', limited.killed(), 0);
  scene.checks.atMost('resident memory grew', memory.most() - before, GROWTH, 'MB');
  scene.checks.figure('most memory of the cgroup, MB', Math.round(limited.mostMemory()));
  await scene.answered('liveness', liveness);
  const all = flooded.attempts + worked.attempts;
  const look = (page: Page) => ({ all: failed(page) - failedBefore, neighbour: countsOf(page, neighbour.label), drift: driftOf(page, namespace.inode) });
  const seen = await scene.settle(agent, look, { all, neighbour: worked, drift: NO_DRIFT });
  scene.checks.equal('failed connects of all', seen.all, all);
  scene.checks.equal('drift', seen.drift, NO_DRIFT);
  scene.checks.equal("the neighbour's connections", seen.neighbour, worked);
  await scene.stops(agent);
}

export const memoryLimit: Fault = {
  name: 'memory-limit',
  done: `the chart's memory limit (${chartResources().memoryLimit / MIB} MiB), and refused connects to ${DESTINATIONS.toLocaleString('en')} destinations as fast as the machine can`,
  must: `the agent lives and grows by ${GROWTH} MB at most, totals are exact, a neighbour's series too, no drift, liveness answers within 1 s`,
  seconds: 60,
  refusal: () => whyNoLimit('memory'),
  run,
};
