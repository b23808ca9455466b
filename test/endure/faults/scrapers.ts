import { setTimeout as delay } from 'node:timers/promises';
import type { Agent } from '../../harness/agent.ts';
import type { Namespace } from '../../harness/kernel/namespace.ts';
import { parsePage } from '../../harness/scrape/exposition.ts';
import type { Fault } from '../fault.ts';
import { CLOSED_PORT } from '../load.ts';
import { residentOf, watchMemory } from '../memory.ts';
import type { Scene } from '../scene.ts';
import { Clients, readSlowly } from '../tools/clients.ts';

const LOAD = { rate: 2000, seconds: 8 };
/** MB that clients may cost. */
const GROWTH = 64;

/** An agent that knows so many destinations: a page of half a kilobyte for each. */
async function bigPage(scene: Scene, peers = 900): Promise<{ readonly agent: Agent; readonly namespace: Namespace; readonly bytes: number }> {
  const namespace = await scene.namespace();
  const agent = await scene.agent({ args: ['--series-limit', '60000'] });
  await scene.compares(agent, namespace);
  const args = ['plain', '--address', '127.3.0.1', '--port', `${CLOSED_PORT}`, '--peers', `${peers}`, '--count', `${3 * peers}`];
  const name = scene.random.name('peers');
  await scene.generator.run(name, args, namespace);
  await scene.settle(agent, (page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), 3 * peers);
  return { agent, namespace, bytes: (await agent.text()).length };
}

async function counted(scene: Scene, agent: Agent, namespace: Namespace): Promise<void> {
  await scene.counted(agent, [scene.load(namespace, LOAD)], { namespace });
}

const SLOW = 10;
/** Below the time after which the agent ends a response for which others wait. */
const READ_S = 4;

/** Some are still at it when the agent is stopped. */
async function slow(scene: Scene): Promise<void> {
  // More than the kernel holds for a connection.
  const { agent, namespace, bytes } = await bigPage(scene, 6000);
  const liveness = scene.prober(agent, '/liveness');
  const rate = Math.ceil(bytes / READ_S);
  const read = () => readSlowly(agent.metrics, '/metrics', rate);
  const first = Promise.all(Array.from({ length: SLOW }, read));
  await counted(scene, agent, namespace);
  scene.checks.equal(`pages of ${kilobytes(bytes)} read whole in ${READ_S} s`, whole(await first), SLOW);
  await scene.answered('liveness', liveness);
  const last = Promise.all(Array.from({ length: SLOW }, read));
  await delay(1000);
  await scene.stops(agent);
  scene.checks.equal('pages that were being read at SIGTERM and came whole', whole(await last), SLOW);
}

/** How many answers are a page, to the last byte. */
function whole(answers: readonly string[]): number {
  return answers.filter((answer) => {
    const end = answer.indexOf('\r\n\r\n');
    const [head, body] = [answer.slice(0, end), answer.slice(end + 4)];
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? NaN);
    return head.startsWith('HTTP/1.1 200 ') && Buffer.byteLength(body) === length && parsePage(body).samples.length > 0;
  }).length;
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

const STUCK = 60;
const PAGES_EACH = 50;

/** They ask for page after page and never read. */
async function stuck(scene: Scene): Promise<void> {
  const { agent, namespace, bytes } = await bigPage(scene);
  const liveness = scene.prober(agent, '/liveness');
  const before = residentOf(agent.pid)!;
  using memory = watchMemory(agent.pid);
  using clients = new Clients(agent.metrics);
  for (let client = 0; client < STUCK; client++) clients.stuck('/metrics', PAGES_EACH);
  await counted(scene, agent, namespace);
  scene.checks.figure(`${STUCK} clients asked, each, for`, `${PAGES_EACH} pages of ${kilobytes(bytes)}`);
  scene.checks.atMost('resident memory grew', memory.most() - before, GROWTH, 'MB');
  await scene.answered('liveness', liveness);
  await scene.stops(agent);
}

const MANY = 200;

/** At once, again and again. What is answered is a whole page; who finds no room is turned away. */
async function many(scene: Scene): Promise<void> {
  const { agent, namespace } = await bigPage(scene);
  const liveness = scene.prober(agent, '/liveness');
  const before = residentOf(agent.pid)!;
  using memory = watchMemory(agent.pid);
  const end = performance.now() + LOAD.seconds * 1000;
  const seen = { pages: 0, cut: 0, refused: 0 };
  const scraper = async () => {
    while (performance.now() < end) {
      try {
        const response = await fetch(`http://${agent.metrics}/metrics`, { headers: { 'accept-encoding': 'identity', connection: 'close' } });
        const body = await response.text();
        if (response.status === 200 && body.endsWith('\n') && Buffer.byteLength(body) === Number(response.headers.get('content-length') ?? NaN)) seen.pages++;
        else seen.cut++;
      } catch (error) {
        // Fetch says `terminated` of a body that ends early.
        if (error instanceof TypeError && error.message === 'terminated') seen.cut++;
        else seen.refused++;
        await delay(50);
      }
    }
  };
  await Promise.all([counted(scene, agent, namespace), ...Array.from({ length: MANY }, scraper)]);
  scene.checks.atLeast('pages served', seen.pages, MANY);
  scene.checks.equal('pages cut', seen.cut, 0);
  scene.checks.figure('scrapes turned away', seen.refused);
  scene.checks.atMost('resident memory grew', memory.most() - before, GROWTH, 'MB');
  await scene.answered('liveness', liveness);
  await scene.stops(agent);
}

export const scrapers: readonly Fault[] = [
  {
    name: 'scrapers-slow',
    done: `${SLOW} clients read a page within ${READ_S} s each, at 2,000 connections/s; then the agent is stopped while ${SLOW} read`,
    must: 'every page comes whole, also those at SIGTERM; totals are exact, no drift, liveness answers',
    seconds: 35,
    run: slow,
  },
  {
    name: 'scrapers-stuck',
    done: `${STUCK} clients ask for ${PAGES_EACH} pages each and never read, at 2,000 connections/s`,
    must: `totals are exact, no drift, at most ${GROWTH} MB more memory, liveness answers, exit code 0`,
    seconds: 35,
    run: stuck,
  },
  {
    name: 'scrapers-many',
    done: `${MANY} clients scrape at once for ${LOAD.seconds} s, at 2,000 connections/s`,
    must: `no page is cut, totals are exact, no drift, at most ${GROWTH} MB more memory, liveness answers`,
    seconds: 30,
    run: many,
  },
];
