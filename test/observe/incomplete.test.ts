import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { at, describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { noPrometheus, Prometheus } from '../harness/scrape/prometheus.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { documentedQueries } from './documented.ts';
import { type Rows, rowsOf } from './rows.ts';

const queries = documentedQueries(readFileSync(at('docs', 'queries.md'), 'utf8'));
const ATTEMPTS = 'connwatch_tcp_connect_attempts_total';

describeKernel(`an agent that is too small${noPrometheus === undefined ? '' : ` (${noPrometheus})`}`, () => {
  it.skipIf(noPrometheus)('is found by the queries of docs/queries.md', async () => {
    const random = announcedRandom('incomplete');
    const [name, attempts] = [random.name('flood'), 10_000 + random.between(0, 999)];
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--ring-size', '4KiB', '--series-limit', '8', '--include', `executable=${name}`] });
    await using prometheus = await Prometheus.start(agent.metrics);
    using generator = new Generator();
    await until(async () => (await prometheus.query('up')).map(({ value }) => value), [1]);
    await generator.run(name, ['plain', '--port', '7', '--peers', '40', '--count', `${attempts}`, '--threads', '2'], namespace);
    await agent.settles((page) => page.sum(ATTEMPTS) >= attempts, true);
    await until(async () => (await prometheus.query(`sum(${ATTEMPTS}) >= ${attempts}`)).length, 1);
    const time = (await prometheus.query('timestamp(up)'))[0]!.value;

    const grown = async (counter: string, by: readonly string[], where = '') => {
      const range = `${counter}{${where}}[5m]`;
      const found = await prometheus.query(`sum by (${by.join(', ')}) (last_over_time(${range}) - min_over_time(${range}))`, time);
      return Object.fromEntries(Object.entries(rowsOf(found)).filter(([, value]) => value > 0));
    };
    const answer = async (heading: string) => rowsOf(await prometheus.query(queries.get(heading)!, time));
    // increase() goes a little beyond the samples where the first one was not 0.
    const expectRows = (rows: Rows, least: Rows) => {
      expect(Object.keys(rows)).toEqual(Object.keys(least));
      for (const [key, value] of Object.entries(rows)) expect([key, value >= least[key]!]).toEqual([key, true]);
    };
    const lost = await answer('Were records lost');
    expectRows(lost, await grown('connwatch_events_lost_total', ['stage', 'reason']));
    expect(lost['ring_full kernel']).toBeGreaterThan(0);
    const refused = await answer('Which metrics have no room for new series');
    expectRows(refused, await grown('connwatch_series_refused_total', ['family']));
    expect(refused['connwatch.tcp.connect.attempts']).toBeGreaterThan(0);
    const [all, overflow] = [await grown(ATTEMPTS, ['instance']), await grown(ATTEMPTS, ['instance'], 'otel_metric_overflow="true"')];
    expect((await answer('What share of connects has lost its detail'))['']).toBeCloseTo(overflow['']! / all['']!, 1);
  });
});
