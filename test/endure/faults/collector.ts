import { status } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent } from '../../harness/agent.ts';
import { Receiver } from '../../otlp/receiver.ts';
import type { Fault } from '../fault.ts';
import type { Scene } from '../scene.ts';
import { Proxy, type Way } from '../tools/proxy.ts';

const FAILING = 'metrics cannot be pushed';
const AGAIN = 'metrics are pushed again';
const FAILURES = 'connwatch_export_failures_total';
const MUST =
  'the page stays exact, both probes answer 200, one log line at the beginning and one at the end; once the collector is well it has every count, and the number of failed exports';
const SECONDS = 6;

/** A collector in trouble, and how it becomes well. */
interface Trouble {
  readonly port: number;
  readonly heal: () => Promise<Receiver>;
}

/** Connections are made while exports fail; then the collector is well. */
async function run(scene: Scene, trouble: Trouble): Promise<void> {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${trouble.port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
  };
  const namespace = await scene.namespace();
  const agent = await scene.agent({ env });
  await scene.compares(agent, namespace);
  const lines = (msg: string) => agent.logs.lines.filter((line) => line['msg'] === msg).length;
  const liveness = scene.prober(agent, '/liveness');
  const readiness = scene.prober(agent, '/readiness');
  const load = scene.load(namespace, { rate: 2000, seconds: SECONDS });
  await scene.counted(agent, [load], { namespace });
  await failuresReach(scene, agent, 3);
  await scene.answered('liveness', liveness);
  await scene.answered('readiness', readiness);
  scene.checks.equal('log lines that it fails', lines(FAILING), 1);

  const receiver = await trouble.heal();
  const name = load.names[0]!;
  const made = (await load.made).get(name)!.attempts;
  const pushed = () => receiver.sum('connwatch.tcp.connect.attempts', { 'process.executable.name': name });
  const failures = async () => (await agent.scrape()).value(FAILURES, { exporter: 'otlp' }) ?? 0;
  const told = () => receiver.sum('connwatch.export.failures', { exporter: 'otlp' });
  await eventually(scene, async () => lines(AGAIN) > 0 && pushed() === made && told() === (await failures()));
  scene.checks.equal('attempts of the accepted program that the collector has', pushed(), made);
  scene.checks.equal('failed exports that the collector has', told(), await failures());
  scene.checks.equal('log lines that it works again', lines(AGAIN), 1);
  await scene.stops(agent);
}

async function failuresReach(scene: Scene, agent: Agent, least: number): Promise<void> {
  let count = 0;
  await eventually(scene, async () => (count = (await agent.scrape()).value(FAILURES, { exporter: 'otlp' }) ?? 0) >= least);
  scene.checks.atLeast('failed exports', count, least);
}

async function eventually(scene: Scene, is: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + scene.limits.patience;
  while (!(await is()) && performance.now() < end) await delay(100);
}

/** The way to a collector that is well is in trouble. */
async function onTheWay(scene: Scene, way: Way): Promise<Trouble> {
  const receiver = scene.use(await Receiver.start());
  const proxy = scene.use(await Proxy.start(receiver.port, way));
  const heal = () => {
    proxy.become('pass');
    return Promise.resolve(receiver);
  };
  return { port: proxy.port, heal };
}

async function down(scene: Scene): Promise<Trouble> {
  const port = await freePort();
  return { port, heal: async () => scene.use(await Receiver.start({ port })) };
}

/** Found, and given back. */
async function freePort(): Promise<number> {
  await using receiver = await Receiver.start();
  return receiver.port;
}

async function exhausted(scene: Scene): Promise<Trouble> {
  const receiver = scene.use(await Receiver.start());
  receiver.answer = { code: status.RESOURCE_EXHAUSTED, details: 'data refused due to high memory usage' };
  const heal = () => {
    receiver.answer = 'take';
    return Promise.resolve(receiver);
  };
  return { port: receiver.port, heal };
}

const fault = (name: string, done: string, trouble: (scene: Scene) => Promise<Trouble>): Fault => ({
  name,
  done: `${done}, ${SECONDS} s at 2,000 connections/s`,
  must: MUST,
  seconds: 25,
  run: async (scene) => run(scene, await trouble(scene)),
});

export const collector: readonly Fault[] = [
  fault('collector-down', 'nobody listens where the collector should', down),
  fault('collector-slow', 'the way to the collector carries 2,000 bytes/s', (scene) => onTheWay(scene, { bytesPerSecond: 2000 })),
  fault('collector-resets', 'each connection to the collector is reset', (scene) => onTheWay(scene, 'reset')),
  fault('collector-exhausted', 'the collector answers RESOURCE_EXHAUSTED', exhausted),
  fault('collector-half-answer', 'the collector takes everything, its answer ends in the middle', (scene) => onTheWay(scene, 'cut')),
];
