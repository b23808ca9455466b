import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf, lossesOf, unbalanced } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';

const CLOSED_PORT = 7;
const FLOOD = 50_000;

describeKernel('as fast as this machine can', () => {
  const random = announcedRandom('load');
  const flood = (count: number) => ['--count', `${count}`, '--threads', '2', '--sources', '64', '--check-snmp'];
  const accepted = (count: number) => ['plain', '--port', '0', '--own-listener', '--end', 'rst', ...flood(count)];

  it('counts 50,000 accepted connects and loses nothing', async () => {
    await using agent = await Agent.start();
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('fast');
    const count = FLOOD + random.between(0, 999);
    const made = await generator.run(name, accepted(count), namespace);
    expect(countsMade(made)).toEqual({ attempts: count, successes: count, failures: {}, pending: 0, accepts: made.snmp?.passive_opens });
    await agent.settles(
      (page) => ({ counts: countsOf(page, { process_executable_name: name }), lost: lossesOf(page) }),
      { counts: countsMade(made), lost: {} },
    );
  });

  it('counts 50,000 refused connects and loses nothing', async () => {
    await using agent = await Agent.start();
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('refused');
    const count = FLOOD + random.between(0, 999);
    const made = await generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, ...flood(count)], namespace);
    await agent.settles(
      (page) => ({ counts: countsOf(page, { process_executable_name: name }), lost: lossesOf(page) }),
      { counts: { attempts: count, successes: 0, failures: { refused: count }, pending: 0, accepts: 0 }, lost: {} },
    );
    expect(made.attempts).toBe(count);
  });

  it('has attempts = successes + failures + pending on every page meanwhile', async () => {
    // Shown as they are from the first page on: a series at 0 is not balanced.
    await using agent = await Agent.start({ args: ['--new-series-at-zero', 'false', '--interval', '100ms'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('balance');
    const port = 20_000 + random.between(0, 9999);
    let running = true;
    const made = Promise.all([
      generator.run(name, ['plain', '--port', `${port}`, '--own-listener', '--threads', '4', '--count', '30000', '--sources', '64', '--rate', '15000'], namespace),
      generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', '30000', '--rate', '15000'], namespace),
    ]).finally(() => (running = false));
    const values = new Set<number>();
    while (running) {
      const page = await agent.scrape();
      expect(unbalanced(page)).toEqual({});
      values.add(page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }));
      await turn();
    }
    // It was looked at while it happened.
    expect(values.size).toBeGreaterThan(5);
    const attempts = (await made).reduce((sum, each) => sum + each.attempts, 0);
    await agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), attempts);
  });
});
