import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { brokenListener } from './broken.ts';
import { type Answer, Receiver } from './receiver.ts';

const FAILING = 'metrics cannot be pushed';
const AGAIN = 'metrics are pushed again';
const FAILURES = 'connwatch_export_failures_total';
const SECRET = 'tok3n-of-mine';

/** Nobody listens there: found free, and given back. */
async function closedPort(): Promise<number> {
  await using listener = await brokenListener('silent');
  return listener.port;
}

async function probes(agent: Agent): Promise<unknown> {
  const one = async (path: string) => (await fetch(`http://${agent.health}${path}`)).status;
  return { alive: await one('/liveness'), ready: await one('/readiness') };
}

describeKernel('OTLP push to a collector in trouble', () => {
  const random = announcedRandom('failures');
  const environment = (port: number) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  });

  /** Connections are made while exports fail; then the collector is well, and has everything. */
  async function survives(agent: Agent, heal: () => Promise<Receiver>): Promise<void> {
    const lines = (msg: string) => agent.logs.lines.filter((line) => line['msg'] === msg);
    const failures = async () => (await agent.scrape()).value(FAILURES, { exporter: 'otlp' })!;
    await agent.logs.line({ msg: FAILING, level: 'warn' });
    using generator = new Generator();
    const name = random.name('kept');
    const made = await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(20, 400)}`]);
    await agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), made.attempts);
    await until(async () => (await failures()) >= 3, true);
    expect(await probes(agent)).toEqual({ alive: 200, ready: 200 });
    expect(lines(FAILING).length).toBe(1);

    const receiver = await heal();
    await agent.logs.line({ msg: AGAIN });
    expect(receiver.sum('connwatch.tcp.connect.attempts', { 'process.executable.name': name })).toBe(made.attempts);
    expect(lines(FAILING).length).toBe(1);
    expect(lines(AGAIN).length).toBe(1);
    expect(agent.logs.text).not.toContain(SECRET);
    // Failures are told on both paths.
    const failed = await failures();
    await until(() => receiver.sum('connwatch.export.failures', { exporter: 'otlp' }), failed);
  }

  it('nobody listens', async () => {
    const port = await closedPort();
    await using agent = await Agent.start({ env: environment(port) });
    await using healed = new AsyncDisposableStack();
    await survives(agent, async () => healed.use(await Receiver.start({ port })));
    await healed.disposeAsync();
    // And once more, now that there was a connection.
    await until(() => agent.logs.lines.filter((line) => line['msg'] === FAILING).length, 2);
  });

  it.each(['reset', 'silent'] as const)('connections are taken: %s', async (how) => {
    await using broken = await brokenListener(how);
    await using agent = await Agent.start({ env: environment(broken.port) });
    await using healed = new AsyncDisposableStack();
    await survives(agent, async () => {
      expect(broken.taken()).toBeGreaterThanOrEqual(3);
      await broken[Symbol.asyncDispose]();
      return healed.use(await Receiver.start({ port: broken.port }));
    });
  });

  it.each<[string, Answer]>([
    ['never answers', 'never'],
    ['refuses, and repeats the credentials', { code: status.UNAUTHENTICATED, details: `unknown token Bearer ${SECRET}` }],
    ['has no memory left', { code: status.RESOURCE_EXHAUSTED, details: 'data refused due to high memory usage' }],
  ])('it %s', async (_, answer) => {
    await using receiver = await Receiver.start();
    receiver.answer = answer;
    await using agent = await Agent.start({ env: environment(receiver.port) });
    await survives(agent, () => {
      receiver.answer = 'take';
      return Promise.resolve(receiver);
    });
  });

  describe('is stopped in time', () => {
    it.each(['reset', 'silent'] as const)('although connections are taken: %s', async (how) => {
      await using broken = await brokenListener(how);
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${broken.port}`, OTEL_METRIC_EXPORT_INTERVAL: '600000', OTEL_EXPORTER_OTLP_TIMEOUT: '600000' };
      await using agent = await Agent.start({ args: ['--shutdown-timeout', '2s'], env: { ...env, OTEL_METRIC_EXPORT_TIMEOUT: '600000' } });
      expect(await agent.stop()).toEqual({ code: 0, signal: null });
      // The last export was tried.
      expect(broken.taken()).toBeGreaterThan(0);
    });
  });
});
