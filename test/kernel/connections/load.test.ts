import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { countsMade, countsOf, lossesOf, unbalanced } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
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

  it('is exact while timers and packets interrupt both processors', async () => {
    await using namespace = await Namespace.create();
    await must(namespace.command('sysctl', '--write', 'net.ipv4.tcp_syn_retries=1'));
    await using agent = await Agent.start({ namespace });
    using generator = new Generator();
    const [silent, refused, busy] = [random.name('silent'), random.name('refused'), random.name('busy')];
    // Each ends in the timer interrupt of whoever runs then.
    const [timeouts, count] = [random.between(600, 900), FLOOD + random.between(0, 999)];
    const [, , made] = await Promise.all([
      generator.run(silent, ['plain', '--port', `${SILENT_PORT}`, '--threads', '300', '--count', `${timeouts}`], namespace),
      generator.run(refused, ['plain', '--port', `${CLOSED_PORT}`, ...flood(count).slice(0, -1)], namespace),
      generator.run(busy, accepted(count).slice(0, -1), namespace),
    ]);
    const of = (page: Page, name: string) => countsOf(page, { process_executable_name: name });
    const drift = (page: Page) => page.select('connwatch_drift', { netns: `${namespace.inode}` }).filter(({ value }) => value !== 0);
    await agent.settles(
      (page) => ({ silent: of(page, silent), refused: of(page, refused), busy: of(page, busy), lost: lossesOf(page), drift: drift(page) }),
      {
        silent: { attempts: timeouts, successes: 0, failures: { timeout: timeouts }, pending: 0, accepts: 0 },
        refused: { attempts: count, successes: 0, failures: { refused: count }, pending: 0, accepts: 0 },
        busy: countsMade(made),
        lost: {},
        drift: [],
      },
    );
  });
});
