import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Page } from '../harness/scrape/exposition.ts';
import { noPrometheus3, Prometheus, prometheus3 } from '../harness/scrape/prometheus.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { expectAllFamilies, expectSame, familiesOf, type Store } from './same-page.ts';

const MOVED = ['connect_attempts_total', 'connect_failures_total', 'accepts_total', 'retransmits_total', 'connect_duration_seconds_bucket', 'connection_duration_seconds_count', 'rtt_seconds_sum', 'listen_queue_limit'];

describeKernel(`Prometheus 3${noPrometheus3 === undefined ? '' : ` (${noPrometheus3})`}`, () => {
  const random = announcedRandom('prometheus-3');

  it.skipIf(noPrometheus3)('has by its own OTLP receiver what the page has: every family, and of our own every label and value', async () => {
    // A series that is no longer sent must be gone from an answer, as from the page.
    const args = ['--web.enable-otlp-receiver', '--query.lookback-delta=2s'];
    await using prometheus = await Prometheus.start(undefined, '1s', {}, { program: prometheus3, args });
    const store: Store = {
      scrape: async () => new Page((await prometheus.query('{__name__!=""}')).map(({ labels: { __name__: name = '', ...labels }, value }) => ({ name, labels, value }))),
    };
    await using namespace = await Namespace.create();
    const env = {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://${prometheus.address}/api/v1/otlp/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    };
    await using agent = await Agent.start({ args: ['--interval', '5s', '--otlp-protocol', 'http/protobuf'], env });
    using generator = new Generator();
    const [name, other] = [random.name('client'), random.name('server')];
    const hostile = `${other}"\\x5c\\x0a\\xff`;
    await generator.run(hostile, ['plain', '--port', '0', '--own-listener', '--count', '23'], namespace);
    await generator.run(name, ['plain', '--port', '7', '--count', `${random.between(20, 400)}`], namespace);
    await generator.run(name, ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--count', '2'], namespace);
    // It stays, so that there are gauges of it.
    await generator.start(other, ['listen', '--port', '0'], namespace).said.line({ listening: true });

    const mine = { names: [name, other], netns: namespace.inode };
    const wanted = [...MOVED.map((family) => `connwatch_tcp_${family}`), 'connwatch_drift'];
    const found = await expectSame(agent, store, mine, (series) => wanted.every((family) => familiesOf(series).includes(family)));
    expect(Object.keys(found).filter((series) => series.includes(`${other}\\"`)).length).toBeGreaterThan(0);
    await expectAllFamilies(agent, store);
  });

  it.skipIf(noPrometheus3)('takes the start of a counter from the page (created-timestamp-zero-ingestion): it begins with 0, and grows by what happened', async () => {
    await using agent = await Agent.start({ args: ['--new-series-at-zero', 'false'] });
    await using prometheus = await Prometheus.start(agent.metrics, '1s', {}, { program: prometheus3, args: ['--enable-feature=created-timestamp-zero-ingestion'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    await until(async () => (await prometheus.query('up')).map(({ value }) => value), [1]);
    const name = random.name('born');
    const count = random.between(20, 200);
    await generator.run(name, ['plain', '--port', '7', '--count', `${count}`], namespace);
    const selector = `connwatch_tcp_connect_failures_total{process_executable_name="${name}"}`;
    const ends = async () => (await prometheus.samples(selector)).map(({ values }) => [values[0], values.at(-1)]);
    await until(ends, [[0, count]]);
    // Not one more series for each start.
    expect(await prometheus.query(`{__name__=~".+_created",process_executable_name="${name}"}`)).toEqual([]);
  });
});
