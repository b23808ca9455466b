import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { countsMade, countsOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { RealCollector, noCollector } from './collector.ts';
import { expectAllFamilies, expectSame, familiesOf } from './same-page.ts';

/** What the traffic below must have moved, of each kind; histograms by their count. */
const MOVED = [
  ...['connect_attempts_total', 'connect_successes_total', 'connect_failures_total', 'accepts_total', 'connections', 'io_bytes_total', 'retransmits_total', 'resets_total'],
  ...['connect_duration_seconds_count', 'connect_duration_seconds_bucket', 'connection_duration_seconds_count', 'rtt_seconds_count', 'rtt_seconds_sum'],
  ...['listen_queue_length', 'listen_queue_limit', 'listen_overflows_total', 'listen_syn_drops_total'],
].map((name) => `connwatch_tcp_${name}`);

/** Of the last window. */
const WINDOW = ['connwatch_window_connects', 'connwatch_window_accepts', 'connwatch_window_connect_duration_p50_seconds', 'connwatch_window_connect_duration_p99_seconds', 'tcp_connects_by_pid'];

describeKernel(`a real collector${noCollector === undefined ? '' : ` (${noCollector})`}`, () => {
  const random = announcedRandom('collector');
  const args = ['plain', '--port', '0', '--own-listener', '--count'];
  const http = (port: number) => ({ ...often(port), OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
  const often = (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRIC_EXPORT_INTERVAL: '300' });

  it.skipIf(noCollector).each(['grpc', 'http/protobuf'])("gateway.yaml serves the agent's page over %s: every family, and of our own every label and value, hostile names too", async (protocol) => {
    // What was of the window before is gone from the collector's page while the agent still shows that window.
    await using collector = await RealCollector.start('gateway', { METRIC_EXPIRATION: '2s' });
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--interval', '5s'], env: protocol === 'grpc' ? often(collector.otlp) : http(collector.otlpHttp) });
    using generator = new Generator();
    const [client, server, other] = [random.name('client'), random.name('server'), random.name('other')];
    const hostile = `${other}"\\x5c\\x0a\\xff`;
    const talker = (name: string) => generator.start(name, ['talk', '--address', '127.0.0.1', '--port', '0'], namespace);
    const [near, far] = [talker(client), talker(server)];
    const { port } = await far.tell('listen 5');
    for (let i = 0; i < 3; i++) {
      await near.tell(`connect ${String(port)}`);
      await far.tell('accept');
    }
    const bytes = random.between(1, 1_000_000);
    await Promise.all([near.tell(`send 0 ${bytes}`), far.tell(`read 0 ${bytes}`)]);
    await near.tell('reset 1');
    await near.tell('close 2');
    await far.tell('close 2');
    await generator.run(hostile, [...args, '23'], namespace);
    await generator.run(other, ['plain', '--port', '7', '--count', `${random.between(20, 400)}`], namespace);

    const mine = { names: [client, server, other], netns: namespace.inode };
    const has = (wanted: readonly string[]) => (found: Readonly<Record<string, number>>) => wanted.every((name) => familiesOf(found).includes(name));
    // The window in which the connects were, which is shown for as long as the next one takes.
    await expectSame(agent, collector, mine, has(WINDOW));
    await generator.run(other, ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--count', '2'], namespace);
    const found = await expectSame(agent, collector, mine, (found) => has([...MOVED, 'connwatch_drift'])(found) && !has(WINDOW)(found));
    expect(Object.keys(found).filter((series) => series.includes(`${other}\\"`)).length).toBeGreaterThan(0);
    await expectAllFamilies(agent, collector);
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
    const exports = () => agent.logs.lines.filter((line) => line['exporter'] !== undefined).map(({ msg }) => msg);
    const before = exports();

    await gateway.kill();
    const second = await generator.run(later, [...args, `${random.between(20, 400)}`]);
    await agent.settles((page) => countsOf(page, { process_executable_name: later }), countsMade(second));
    // The agent is gone, and the collector of its node was killed: only the disk knows.
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    // It has not noticed: its own collector took everything.
    expect(exports()).toEqual(before);
    expect(before.at(-1)).toMatch(/^metrics are pushed/);
    await node.kill();
    await gateway.start();
    await node.start();
    await until(() => seen(later), countsMade(second));
  });

  it.skipIf(noCollector)('records of failed connects go by agent.yaml to gateway.yaml, whose output has a line for each', async () => {
    await using gateway = await RealCollector.start('gateway');
    await using node = await RealCollector.start('agent', { GATEWAY_ENDPOINT: `127.0.0.1:${gateway.otlp}` });
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--failure-records', '10000'], env: { ...often(node.otlp), OTEL_LOGS_EXPORTER: 'otlp' } });
    using generator = new Generator();
    const name = random.name('refused');
    const refuse = (count: number) => generator.run(name, ['plain', '--port', '7', '--count', `${count}`], namespace);
    const lines = () => gateway.lines.filter((line) => line.includes(`process.executable.name=${name} `));
    const counts = [random.between(20, 400), random.between(20, 400)];
    const first = await refuse(counts[0]!);
    await until(() => lines().length, counts[0]!);
    for (const line of lines()) expect(line).toMatch(new RegExp(`^connect failed .*process.pid=${first.pid} .*server.port=7 .*error.type=refused `));

    // What a gateway that is away has missed waits on the node's disk.
    await gateway.kill();
    await refuse(counts[1]!);
    await until(async () => (await agent.scrape()).value('connwatch_failure_records_total', { result: 'written' })! >= counts[0]! + counts[1]!, true);
    await agent.stop();
    await node.kill();
    await gateway.start();
    await node.start();
    await until(() => lines().length, counts[0]! + counts[1]!);
  });
});
