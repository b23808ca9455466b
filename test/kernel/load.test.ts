import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { type Counts, countsMade, countsOf, lossesOf, unbalanced } from '../harness/counts.ts';
import type { Match, Page } from '../harness/exposition.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';

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

// A lost record has no owner. What others on this machine connect meanwhile and is
// lost is counted with ours, so a test here may need another try on a busy machine.
const TRIES = { retry: 2 };

describeKernel('a ring buffer of one page', () => {
  const random = announcedRandom('ring');
  const OVERFLOW: Match = { otel_metric_overflow: 'true' };
  const FOLDED: Match = { process_executable_name: '[folded]' };

  const failed = ({ failures }: Counts) => Object.values(failures).reduce((sum, count) => sum + count, 0);

  /** What the kernel side has added up by cgroup, and what not even that. */
  const lostOf = (page: Page): Counts => {
    const [folded, rest] = [countsOf(page, FOLDED), countsOf(page, OVERFLOW)];
    return {
      attempts: folded.attempts + rest.attempts,
      successes: folded.successes + rest.successes,
      failures: { ...folded.failures, rest: failed(rest) },
      pending: folded.pending + rest.pending,
      accepts: folded.accepts + rest.accepts,
    };
  };

  /** What has kept its detail, and what is only in the sums. */
  const seenAndLost = (page: Page, peer: Match) => {
    const [seen, lost] = [countsOf(page, peer), lostOf(page)];
    return {
      attempts: seen.attempts + lost.attempts,
      // Why they failed is part of the detail.
      failures: failed(seen) + failed(lost),
      successes: seen.successes + lost.successes,
      accepts: lost.accepts,
      pending: seen.pending + lost.pending,
    };
  };

  it('loses detail, but no connect: seen + lost = made', TRIES, async () => {
    await using agent = await Agent.start({ args: ['--ring-size', '4KiB'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    // The connection over which the pages come is there before.
    await agent.scrape();
    const count = FLOOD + random.between(0, 999);
    const args = ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`, '--threads', '2', '--check-snmp'];
    await generator.run(random.name('flood'), args, namespace);
    const peer = { server_port: `${CLOSED_PORT}` };
    const page = await agent.settles((page) => seenAndLost(page, peer), {
      attempts: count,
      failures: count,
      successes: 0,
      accepts: 0,
      pending: 0,
    });
    // Both have happened, and every lost record of a connect is a lost record.
    const lost = lostOf(page).attempts;
    expect(lost).toBeGreaterThan(0);
    expect(countsOf(page, peer).attempts).toBeGreaterThan(0);
    expect(Object.keys(lossesOf(page))).toEqual(['kernel/ring_full']);
    expect(lossesOf(page)['kernel/ring_full']).toBeGreaterThanOrEqual(lost);
  });

  it('does the same for accepts', TRIES, async () => {
    await using agent = await Agent.start({ args: ['--ring-size', '4KiB'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    await agent.scrape();
    const count = FLOOD + random.between(0, 999);
    const port = 20_000 + random.between(0, 9999);
    const args = ['plain', '--port', `${port}`, '--own-listener', '--end', 'rst', '--sources', '64', '--threads', '2'];
    const made = await generator.run(random.name('flood'), [...args, '--count', `${count}`, '--check-snmp'], namespace);
    const peer = { server_port: `${port}` };
    await agent.settles(
      (page) => ({
        ...seenAndLost(page, peer),
        accepts: countsOf(page, peer).accepts + lostOf(page).accepts,
      }),
      { attempts: count, failures: 0, successes: count, accepts: made.accepts, pending: 0 },
    );
  });
});
