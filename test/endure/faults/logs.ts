import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../harness/agent.ts';
import { must } from '../../harness/run.ts';
import { wrapped } from '../agent-command.ts';
import type { Fault } from '../fault.ts';
import type { Scene } from '../scene.ts';

/** Each refused connect is a line in the log, for 5 s. */
const TALKATIVE = ['--failure-records', '10000', '--interval', '1s'];
const LOAD = { rate: 2000, seconds: 5 };

async function loaded(scene: Scene, agent: Agent, withNamespace: Awaited<ReturnType<Scene['namespace']>>): Promise<void> {
  const liveness = scene.prober(agent, '/liveness');
  const page = await scene.counted(agent, [scene.load(withNamespace, LOAD)], { namespace: withNamespace });
  scene.checks.atLeast('lines that were to be written', page.sum('connwatch_failure_records_total', { result: 'written' }), 1000);
  await scene.answered('liveness', liveness);
  await scene.healthy(agent);
}

/** The log is a file in a file system of 64 KiB. */
async function full(scene: Scene): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-endure-logs-'));
  scene.use({ [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) });
  await must(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder]);
  scene.use({
    async [Symbol.asyncDispose]() {
      await must(['umount', folder]);
    },
  });
  const file = join(folder, 'log');
  const namespace = await scene.namespace();
  // tail shows us the file; it ends with the agent, into which the shell turns.
  const toFile = 'file=$1; shift; : > "$file"; tail --quiet --pid=$$ --follow "$file" --lines=+1 >&2 & exec "$@" 2>> "$file"';
  const agent = await scene.agent(wrapped((...command) => ['sh', '-c', toFile, 'sh', file, ...command], ...TALKATIVE));
  await scene.compares(agent, namespace);
  fill(join(folder, 'other'));
  scene.checks.equal('bytes free', statfsSync(folder).bfree, 0);
  const before = readFileSync(file).length;
  await loaded(scene, agent, namespace);
  scene.checks.figure('bytes written to the log meanwhile', readFileSync(file).length - before);
  rmSync(join(folder, 'other'));
  await scene.counted(agent, [scene.load(namespace, { rate: 1000, seconds: 1 })], { namespace });
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.includes('"level"')).length;
  scene.checks.atLeast('lines in the log once there is room again', lines, 1);
  await scene.stops(agent);
}

function fill(path: string): void {
  const fd = openSync(path, 'w');
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch {
    // It is full.
  } finally {
    closeSync(fd);
  }
}

/** The reader of the log goes away as soon as the agent is ready. */
async function closed(scene: Scene): Promise<void> {
  const namespace = await scene.namespace();
  const throughReader = 'exec "$0" "$@" 2> >(exec sed --unbuffered "/\\"msg\\":\\"ready\\"/q" >&2)';
  const agent = await scene.agent(wrapped((...command) => ['bash', '-c', throughReader, ...command], ...TALKATIVE));
  await scene.compares(agent, namespace);
  await loaded(scene, agent, namespace);
  await scene.stops(agent);
}

const MUST = 'the agent goes on, totals are exact, no drift, both probes answer 200';

export const logs: readonly Fault[] = [
  { name: 'log-disk-full', done: 'the log is a file on a full disk (tmpfs of 64 KiB), and each of 5,000 failed connects is a line', must: `${MUST}; with room again it writes again`, seconds: 25, run: full },
  { name: 'log-pipe-closed', done: 'the log is a pipe whose reader has gone, and each of 5,000 failed connects is a line', must: MUST, seconds: 20, run: closed },
];
