import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { countsMade, countsOf } from '../harness/counts.ts';
import { type Page, seriesOf } from '../harness/exposition.ts';
import { describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { RealCollector, noCollector } from './collector.ts';

/** What differs from one collection to the next although nothing happens. */
const RESTLESS =
  /^(target_info|process_(cpu_time|memory_usage)|nodejs_eventloop_|connwatch_(collect_duration|window_end|window_length|ring_used|drain_lag|drift_age)_)/;

/** Added by the collector: who sent it. */
const ADDED = new Set(['job', 'instance', 'otel_scope_name', 'otel_scope_version', 'otel_scope_schema_url']);

/** Series with their values, as both pages name them. */
function restful(page: Page): Record<string, number> {
  const own = page.samples.filter(({ name }) => !RESTLESS.test(name));
  const without = (labels: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(labels).filter(([name]) => !ADDED.has(name)));
  return Object.fromEntries(own.map((sample): [string, number] => [seriesOf({ ...sample, labels: without(sample.labels) }), sample.value]));
}

describeKernel(`a real collector${noCollector === undefined ? '' : ` (${noCollector})`}`, () => {
  const random = announcedRandom('collector');
  const args = ['plain', '--port', '0', '--own-listener', '--count'];
  const often = (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRIC_EXPORT_INTERVAL: '300' });

  it.skipIf(noCollector)("gateway.yaml serves the agent's page: every name, label and value, hostile names too", async () => {
    await using collector = await RealCollector.start('gateway', { METRIC_EXPIRATION: '5s' });
    await using agent = await Agent.start({ env: often(collector.otlp) });
    using generator = new Generator();
    const name = random.name('equal');
    const made = await generator.run(name, [...args, `${random.between(20, 400)}`]);
    await generator.run(`${name}"\\x5c\\x0a\\xff`, [...args, '23']);
    await generator.run(name, ['plain', '--port', '7', '--count', `${random.between(20, 400)}`]);
    await until(async () => countsOf(await collector.scrape(), { process_executable_name: name }).accepts, made.accepts);

    // Both pages are equal when nothing has changed between two looks at the agent's.
    const equal = async () => {
      const before = restful(await agent.scrape());
      const theirs = restful(await collector.scrape());
      const after = restful(await agent.scrape());
      looked = { theirs, ours: after };
      return isDeepStrictEqual(before, after) && isDeepStrictEqual(theirs, after);
    };
    let looked: Record<'theirs' | 'ours', Record<string, number>> = { theirs: {}, ours: {} };
    // When the time is up, the difference says more.
    await until(equal, true).catch(() => {});
    expect(looked.theirs).toStrictEqual(looked.ours);
    expect(Object.keys(looked.ours).length).toBeGreaterThan(40);
    expect(Object.keys(looked.ours).filter((series) => series.includes(`${name}\\"`)).length).toBeGreaterThan(0);
  });

  it.skipIf(noCollector)('killed and started again: it has everything within 10 s of its return', async () => {
    await using collector = await RealCollector.start('gateway');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.otlp}`, OTEL_METRIC_EXPORT_INTERVAL: '10000' };
    await using agent = await Agent.start({ env });
    await agent.logs.line({ msg: 'metrics are pushed' });
    await collector.kill();
    await agent.logs.line({ msg: 'metrics cannot be pushed' });
    using generator = new Generator();
    const name = random.name('away');
    const made = await generator.run(name, [...args, `${random.between(20, 400)}`]);
    await agent.settles((page) => countsOf(page, { process_executable_name: name }), countsMade(made));
    // Long enough for gRPC's own pause to have grown.
    await until(async () => (await agent.scrape()).value('connwatch_export_failures_total', { exporter: 'otlp' })! >= 6, true, { timeout: 60_000 });

    await collector.start();
    await until(async () => countsOf(await collector.scrape(), { process_executable_name: name }), countsMade(made), { timeout: 10_000 });
    expect((await fetch(`http://${agent.health}/readiness`)).status).toBe(200);
  });

  it.skipIf(noCollector)('agent.yaml passes on to gateway.yaml, and keeps on disk what a gateway that is away has missed', async () => {
    await using gateway = await RealCollector.start('gateway');
    await using node = await RealCollector.start('agent', { GATEWAY_ENDPOINT: `127.0.0.1:${gateway.otlp}` });
    await using agent = await Agent.start({ env: often(node.otlp) });
    using generator = new Generator();
    const [name, later] = [random.name('two-tiers'), random.name('two-tiers-later')];
    const seen = async (of: string) => countsOf(await gateway.scrape(), { process_executable_name: of });
    const first = await generator.run(name, [...args, `${random.between(20, 400)}`]);
    await until(() => seen(name), countsMade(first));

    await gateway.kill();
    const second = await generator.run(later, [...args, `${random.between(20, 400)}`]);
    await agent.settles((page) => countsOf(page, { process_executable_name: later }), countsMade(second));
    // The agent is gone, and the collector of its node was killed: only the disk knows.
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(agent.logs.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    await node.kill();
    await gateway.start();
    await node.start();
    await until(() => seen(later), countsMade(second));
  });
});
