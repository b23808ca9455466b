import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Cgroup, hierarchies } from '../../harness/kernel/cgroup.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { type Counts, countsMade, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';

const CLOSED_PORT = 7;
const FLOOD = 50_000;
const FOLDED = '[folded]';
const OVERFLOW = { otel_metric_overflow: 'true' };

// A container of its own for each: what others on this machine lose meanwhile is not ours.
describeKernel('a ring buffer of one page', () => {
  const random = announcedRandom('lost');
  const [hierarchy] = hierarchies();
  const container = () => {
    const id = createHash('sha256').update(random.name('container')).digest('hex');
    return { cgroup: new Cgroup(hierarchy, `/docker/${id}`), label: { workload_container_id: id } };
  };
  const inside = (cgroup: Cgroup, namespace: Namespace) => ({ command: (...command: string[]) => cgroup.command(...namespace.command(...command)) });
  const start = () => Agent.start({ args: ['--ring-size', '4KiB'] });
  const some = () => FLOOD + random.between(0, 999);
  const only = (counts: Partial<Counts>): Counts => ({ attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0, ...counts });

  it('loses detail, but no connect: seen + lost = made', async () => {
    await using agent = await start();
    await using namespace = await Namespace.create();
    const { cgroup, label } = container();
    using _ = cgroup;
    using generator = new Generator();
    const [name, count] = [random.name('flood'), some()];
    const args = ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`, '--threads', '2', '--check-snmp'];
    await generator.run(name, args, inside(cgroup, namespace));
    const page = await agent.settles((page) => countsOf(page, label), only({ attempts: count, failures: { refused: count } }));
    // Both have happened, and every lost record of a connect is a lost record.
    const [seen, lost] = [name, FOLDED].map((each) => countsOf(page, { ...label, process_executable_name: each }).attempts);
    expect([seen! > 0, lost! > 0, seen! + lost!]).toEqual([true, true, count]);
    expect(Object.keys(lossesOf(page))).toEqual(['kernel/ring_full']);
    expect(lossesOf(page)['kernel/ring_full']).toBeGreaterThanOrEqual(lost!);
    // None is counted a second time, as one without a cgroup.
    expect(countsOf(page, OVERFLOW)).toEqual(only({}));
    // The peer of what was folded is not known.
    const [folded] = page.select('connwatch_tcp_connect_attempts_total', { ...label, process_executable_name: FOLDED });
    expect(folded!.labels).toEqual({ ...label, process_executable_name: FOLDED, server_address: FOLDED, server_port: FOLDED });
  });

  it('does the same for accepts', async () => {
    await using agent = await start();
    await using namespace = await Namespace.create();
    const { cgroup, label } = container();
    using _ = cgroup;
    using generator = new Generator();
    const args = ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--sources', '64', '--threads', '2', '--count', `${some()}`, '--check-snmp'];
    const made = await generator.run(random.name('flood'), args, inside(cgroup, namespace));
    expect(made.accepts).toBeGreaterThanOrEqual(FLOOD);
    const page = await agent.settles((page) => countsOf(page, label), countsMade(made));
    expect(countsOf(page, OVERFLOW)).toEqual(only({}));
  });

  it('is fair: who makes little keeps every count beside who makes much', async () => {
    await using agent = await start();
    await using namespace = await Namespace.create();
    const [much, little] = [container(), container()];
    using _ = much.cgroup;
    using __ = little.cgroup;
    using generator = new Generator();
    const count = some();
    const refused = (made: number, ...more: string[]) => ['plain', '--port', `${CLOSED_PORT}`, '--count', `${made}`, ...more];
    const flood = generator.run(random.name('flood'), refused(count, '--threads', '2'), inside(much.cgroup, namespace));
    const few = random.between(50, 100);
    await generator.run(random.name('few'), refused(few, '--rate', '500'), inside(little.cgroup, namespace));
    await flood;
    const look = (page: Page) => [much, little].map(({ label }) => countsOf(page, label));
    await agent.settles(look, [count, few].map((made) => only({ attempts: made, failures: { refused: made } })));
  });
});
