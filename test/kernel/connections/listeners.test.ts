import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

describeKernel('listeners', () => {
  const random = announcedRandom('listeners');
  let agent: Agent;
  let generator: Generator;

  beforeAll(async () => {
    agent = await Agent.start({ args: ['--new-series-at-zero', 'false'] });
    generator = new Generator();
  });
  afterAll(async () => {
    generator[Symbol.dispose]();
    await agent[Symbol.asyncDispose]();
  });

  const seenOf = (page: Page, name: string, port: unknown) => {
    const value = (metric: string) => page.select(`connwatch_tcp_listen_${metric}`, { process_executable_name: name, server_port: String(port) }).map((sample) => sample.value);
    return { queue: value('queue_length'), limit: value('queue_limit'), overflows: value('overflows_total'), drops: value('syn_drops_total') };
  };

  it.each(['127.0.0.1', '::1'])('shows a queue that fills, overflows, and is worked off: %s', async (address) => {
    await using namespace = await Namespace.create();
    const [name, peer, late] = [random.name('slow'), random.name('peer'), random.name('late')];
    const backlog = random.between(3, 9);
    const start = (as: string) => generator.start(as, ['talk', '--address', address, '--port', '0'], namespace);
    const [server, client] = [start(name), start(peer)];
    const { port } = await server.tell(`listen ${backlog}`);
    const shows = (queue: number[], limit: number[], overflows: number) =>
      agent.settles((page) => seenOf(page, name, port), { queue, limit, overflows: [overflows], drops: [0] });
    await shows([0], [backlog], 0);

    for (let i = 0; i <= backlog; i++) await client.tell(`connect ${String(port)}`);
    await shows([backlog + 1], [backlog], 0);

    // Each SYN of these is dropped; the kernel counts them too.
    const count = random.between(3, 9);
    const given = await generator.run(late, ['give-up', '--give-up', '1500', '--address', address, '--port', String(port), '--count', `${count}`], namespace);
    expect(given.failures).toEqual({ unanswered: count });
    const overflows = await namespace.statistic('TcpExtListenOverflows');
    expect(overflows).toBeGreaterThanOrEqual(2 * count);
    await shows([backlog + 1], [backlog], overflows);

    for (let i = 0; i <= backlog; i++) await server.tell('accept');
    await shows([0], [backlog], overflows);
    await client.finish();
    expect((await server.finish()).accepts).toBe(backlog + 1);
    // The counters stay, the queue is gone.
    const page = await agent.settles((page) => seenOf(page, name, port), { queue: [], limit: [], overflows: [overflows], drops: [0] });
    expect(page.sum('connwatch_tcp_accepts_total', { process_executable_name: name })).toBe(backlog + 1);
    // Retransmitted SYNs of who was not answered.
    expect(page.sum('connwatch_tcp_retransmits_total', { process_executable_name: late, type: 'syn' })).toBe(overflows - count);
  });

  it.each([
    ['whose queue was full at its end', false],
    ['whose queue was empty at its end, in a namespace that no scan has found', true],
  ])('has the overflows of a listener that came and went within a window, %s', async (_, isEmptied) => {
    await using namespace = await Namespace.create();
    await using slow = await Agent.start({ ...(!isEmptied && { namespace }), args: ['--new-series-at-zero', 'false', '--interval', '4s'] });
    const [name, peer, late] = [random.name('brief'), random.name('peer'), random.name('late')];
    const backlog = random.between(2, 5);
    const end = async () => (await slow.scrape()).value('connwatch_window_end_seconds') ?? 0;
    // Right after the end of a window there is time enough for all of this, unless the machine is very busy.
    const before = await end();
    await until(async () => (await end()) > before, true);
    const server = generator.start(name, ['talk', '--port', '0'], namespace);
    const client = generator.start(peer, ['talk', '--port', '0'], namespace);
    const { port } = await server.tell(`listen ${backlog}`);
    for (let i = 0; i <= backlog; i++) await client.tell(`connect ${String(port)}`);
    const count = random.between(2, 5);
    await generator.run(late, ['give-up', '--give-up', '1500', '--port', String(port), '--count', `${count}`], namespace);
    if (isEmptied) for (let i = 0; i <= backlog; i++) await server.tell('accept');
    await server.finish();
    await client.finish();
    const overflows = await namespace.statistic('TcpExtListenOverflows');
    expect(overflows).toBeGreaterThanOrEqual(count);
    const page = await slow.settles((page) => seenOf(page, name, port), { queue: [], limit: [], overflows: [overflows], drops: [0] });
    expect(page.sum('connwatch_tcp_accepts_total', { process_executable_name: name })).toBe(backlog + 1);
  });

  it('has the overflows of queues that are empty again at the end of the window, in several namespaces at once', async () => {
    await using one = await Namespace.create();
    await using two = await Namespace.create();
    await using slow = await Agent.start({ args: ['--new-series-at-zero', 'false', '--interval', '2s'] });
    const places = [one, two].map((namespace) => ({ namespace, backlog: random.between(2, 5), count: random.between(3, 6), name: random.name('burst') }));
    const bursts = await Promise.all(
      places.map(async (place) => {
        const server = generator.start(place.name, ['talk', '--port', '0'], place.namespace);
        const client = generator.start(random.name('peer'), ['talk', '--port', '0'], place.namespace);
        const { port } = await server.tell(`listen ${place.backlog}`);
        return { ...place, server, client, port };
      }),
    );
    // From when it reads the counters of a namespace.
    const inodes = places.map(({ namespace }) => `${namespace.inode}`);
    const compared = (page: Page) => inodes.map((netns) => page.value('connwatch_drift', { netns, counter: 'PassiveOpens' }));
    await slow.settles(compared, [0, 0]);
    const end = (await slow.scrape()).value('connwatch_window_end_seconds') ?? 0;
    await until(async () => ((await slow.scrape()).value('connwatch_window_end_seconds') ?? 0) > end, true);
    await Promise.all(
      bursts.map(async ({ namespace, backlog, count, server, client, port }) => {
        for (let i = 0; i <= backlog; i++) await client.tell(`connect ${String(port)}`);
        await generator.run(random.name('late'), ['give-up', '--give-up', '1500', '--port', String(port), '--count', `${count}`], namespace);
        for (let i = 0; i <= backlog; i++) await server.tell('accept');
      }),
    );
    for (const { namespace, backlog, count, name, port } of bursts) {
      const overflows = await namespace.statistic('TcpExtListenOverflows');
      expect(overflows).toBeGreaterThanOrEqual(count);
      await slow.settles((page) => seenOf(page, name, port), { queue: [0], limit: [backlog], overflows: [overflows], drops: [0] });
    }
    await Promise.all(bursts.flatMap(({ server, client }) => [client.finish(), server.finish()]));
  });
});
