import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { Prometheus, noPrometheus } from '../../harness/scrape/prometheus.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

/** A person with curl in a loop, once a second: a connection of its own for each page. */
class Person implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(target: string) {
    this.#ended = this.#look(target);
  }

  async #look(target: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await (await fetch(`http://${target}/metrics`, { headers: { 'user-agent': 'curl/8.0', connection: 'close' } })).text();
      await delay(1000, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

describeKernel(`readers beside each other${noPrometheus === undefined ? '' : ` (${noPrometheus})`}`, () => {
  const random = announcedRandom('readers');

  it.skipIf(noPrometheus)('two Prometheus of one address at different intervals, and a person with curl: each sees the life of a series from 0 on', async () => {
    await using agent = await Agent.start();
    await using namespace = await Namespace.create();
    using generator = new Generator();
    await using _person = new Person(agent.metrics);
    await using fast = await Prometheus.start(agent.metrics, '1s');
    const scrapes = (prometheus: Prometheus) => until(async () => (await prometheus.query('up')).map(({ value }) => value), [1]);

    const refused = async (prometheus: Prometheus, name: string) => lives(prometheus, `connwatch_tcp_connect_failures_total{process_executable_name="${name}"}`);
    const early = random.name('early');
    await scrapes(fast);
    await generator.run(early, ['plain', '--port', '7', '--count', '5'], namespace);
    await until(() => refused(fast, early), [[0, 5]]);

    // It may be the fast one over a new connection, so what that one has had above 0 is not 0 for it.
    await using slow = await Prometheus.start(agent.metrics, '3s');
    await scrapes(slow);
    const late = random.name('late');
    const count = random.between(20, 200);
    await generator.run(late, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace);
    await generator.run(late, ['plain', '--port', '7', '--count', '23'], namespace);
    for (const [prometheus, first] of [[slow, 5], [fast, 0]] as const) {
      await until(() => refused(prometheus, early), [[first, 5]]);
      await until(() => refused(prometheus, late), [[0, 23]]);
      const workload = `{process_executable_name="${late}"}`;
      for (const name of ['connect_successes_total', 'accepts_total', 'connect_duration_seconds_count']) {
        expect(await lives(prometheus, `connwatch_tcp_${name}${workload}`), name).toEqual([[0, count]]);
      }
      const buckets = await prometheus.samples(`connwatch_tcp_connect_duration_seconds_bucket${workload}`);
      expect(buckets.map(({ values }) => values[0])).toEqual(buckets.map(() => 0));
      expect(buckets).toHaveLength(22);
      const counters = await prometheus.samples('{__name__=~"connwatch_tcp_.*_(total|bucket|count|sum)"}');
      expect(counters.filter(({ values }) => values.some((value, i) => value < (values[i - 1] ?? 0)))).toEqual([]);
    }
  });
});

/** First and last value of each series; the difference is what `increase()` has to find. */
async function lives(prometheus: Prometheus, selector: string): Promise<(number | undefined)[][]> {
  return (await prometheus.samples(selector)).map(({ values }) => [values[0], values.at(-1)]);
}
