import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { run } from '../../harness/run.ts';
import { Prometheus, noPrometheus, prometheusProgram } from '../../harness/scrape/prometheus.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

describeKernel(`a real Prometheus${noPrometheus === undefined ? '' : ` (${noPrometheus})`}`, () => {
  const random = announcedRandom('prometheus');

  it.skipIf(noPrometheus)('answers with the exact numbers', async () => {
    await using agent = await Agent.start();
    await using prometheus = await Prometheus.start(agent.metrics);
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('prom');
    const [successes, refused] = [random.between(20, 200), random.between(20, 200)];
    const up = async () => (await prometheus.query('up')).map(({ value }) => value);
    await until(up, [1]);
    await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${successes}`], namespace);
    await generator.run(name, ['plain', '--port', '7', '--count', `${refused}`], namespace);

    const workload = `{process_executable_name="${name}"}`;
    const values = async (expression: string) => (await prometheus.query(expression)).map(({ value }) => value);
    await until(
      async () => ({
        attempts: await values(`sum(connwatch_tcp_connect_attempts_total${workload})`),
        successes: await values(`connwatch_tcp_connect_successes_total${workload}`),
        failures: (await prometheus.query(`connwatch_tcp_connect_failures_total${workload}`)).map(({ labels, value }) => [labels['error_type'], value]),
        accepts: await values(`sum(connwatch_tcp_accepts_total${workload})`),
        // A new series starts at 0, so what changed while it was looked at is all that happened.
        grown: await values(`sum(max_over_time(connwatch_tcp_connect_attempts_total${workload}[1m]) - min_over_time(connwatch_tcp_connect_attempts_total${workload}[1m]))`),
      }),
      {
        attempts: [successes + refused],
        successes: [successes],
        failures: [['refused', refused]],
        accepts: [successes],
        grown: [successes + refused],
      },
    );
    expect(await up()).toEqual([1]);
    // It asks for OpenMetrics first, and that has the birth of each series.
    const [created = 0] = await values(`connwatch_tcp_connect_successes_created${workload}`);
    expect(Math.abs(Date.now() / 1000 - created)).toBeLessThan(120);
  });

  it.skipIf(noPrometheus)('has no finding on a page with every family and hostile names', async () => {
    await using agent = await Agent.start();
    await using prometheus = await Prometheus.start(agent.metrics);
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('x');
    await generator.run(`${name}"\\x5c\\x0a\\xff`, ['plain', '--port', '0', '--own-listener', '--count', '23'], namespace);
    const pending = generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', '23'], namespace);
    await pending.said.line({ hanging: true });
    await agent.settles((page) => page.sum('connwatch_tcp_connect_pending', { process_executable_name: name }), 23);

    expect(await run([prometheusProgram('promtool')!, 'check', 'metrics'], await agent.text())).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
    await until(
      async () => (await prometheus.query(`connwatch_tcp_connect_attempts_total{process_executable_name=~"${name}(?s:.+)"}`)).map(({ labels, value }) => [labels['process_executable_name'], value]),
      [[`${name}"\\\n\\xff`, 23]],
    );
    await pending.finish();
  });
});
