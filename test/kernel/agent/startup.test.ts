import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import type { Traffic } from '../../harness/traffic.ts';
import { perTest } from '../../harness/watched.ts';

const NOTHING = { attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0 };

describeKernel('what was there before the agent', () => {
  const random = announcedRandom('startup');
  const on = perTest();

  /** Open connections, by role and state. */
  const open = (page: Page, name: string) => {
    const sockets = page.select('connwatch_tcp_connections', { process_executable_name: name });
    return Object.fromEntries(sockets.map(({ labels, value }) => [`${labels['role']} ${labels['network_connection_state']}`, value]));
  };

  /** `count` connections that stay open until their server ends. */
  async function held(address: string, count: number): Promise<{ server: string; client: string; listening: Traffic; connecting: Traffic }> {
    const [server, client] = [random.name('server'), random.name('client')];
    const listening = on.generator.start(server, ['listen', '--port', '0', '--end', 'hold', '--address', address], on.namespace);
    const { port } = await listening.said.line({ listening: true });
    const args = ['plain', '--port', String(port), '--count', `${count}`, '--threads', `${count}`, '--address', address];
    const before = (await on.namespace.counters()).PassiveOpens;
    const connecting = on.generator.start(client, args, on.namespace);
    while ((await on.namespace.counters()).PassiveOpens < before + count) await new Promise((done) => setImmediate(done));
    return { server, client, listening, connecting };
  }

  it.each(['127.0.0.1', '::1'])('finds open connections with their owners and roles, and counts none as made: %s', async (address) => {
    const count = random.between(20, 60);
    const { server, client, listening, connecting } = await held(address, count);
    await using agent = await Agent.start();
    await agent.settles((page) => [open(page, client), open(page, server)], [{ 'client established': count }, { 'server established': count }]);
    await listening.finish();
    await connecting.finish();
    await agent.settles(
      (page) => [open(page, client), open(page, server), countsOf(page, { process_executable_name: client }), countsOf(page, { process_executable_name: server })],
      [{}, {}, NOTHING, NOTHING],
    );
  });

  it('finds connects that hang, and counts them until they end', async () => {
    const name = random.name('hang');
    const count = random.between(5, 20);
    const traffic = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', `${count}`], on.namespace);
    await traffic.said.line({ hanging: true });
    await using agent = await Agent.start();
    const look = (page: Page) => countsOf(page, { process_executable_name: name });
    await agent.settles(look, { ...NOTHING, attempts: count, pending: count });
    await traffic.finish();
    await agent.settles((page) => [look(page).attempts, look(page).pending], [count, 0]);
  });

  it('has no drift by connections that nobody has accepted yet, now or later', async () => {
    const [server, client] = [random.name('server'), random.name('client')];
    const count = random.between(3, 9);
    const talk = (as: string) => on.generator.start(as, ['talk', '--port', '0'], on.namespace);
    const [serving, connecting] = [talk(server), talk(client)];
    const { port } = await serving.tell('listen 64');
    for (let i = 0; i < count; i++) await connecting.tell(`connect ${String(port)}`);
    await using agent = await Agent.start();
    const drift = (page: Page) => page.value('connwatch_drift', { netns: `${on.namespace.inode}`, counter: 'CurrEstab' });
    await agent.settles((page) => [drift(page), open(page, client), open(page, server)], [0, { 'client established': count }, {}]);
    for (let i = 0; i < count; i++) await serving.tell('accept');
    await agent.settles((page) => [drift(page), open(page, server)], [0, { 'server established': count }]);
    for (let i = 0; i < count; i++) {
      await connecting.tell(`close ${i}`);
      await serving.tell(`close ${i}`);
    }
    await agent.settles((page) => [drift(page), open(page, client), open(page, server)], [0, {}, {}]);
    await connecting.finish();
    await serving.finish();
  });

  it('counts nothing twice, and keeps nothing that is gone, while everything changes', { timeout: 120_000 }, async () => {
    const client = random.name('client');
    const count = 12_000;
    // Each connection lives for some milliseconds, so that many change during every scan.
    const args = ['plain', '--port', '0', '--own-listener', '--threads', '64', '--linger', '5', '--rate', '1500', '--count', `${count}`, '--check-snmp'];
    const holding = await held('127.0.0.1', 100);
    const churning = on.generator.run(client, args, on.namespace);
    // Agents that begin in the middle of it: each looks for what is there.
    for (let n = 0; n < 3; n++) {
      await using agent = await Agent.start({ args: ['--interval', '100ms'] });
      await agent.settles((page) => open(page, holding.client), { 'client established': 100 });
      agent.signal('SIGKILL');
    }
    await using agent = await Agent.start({ args: ['--interval', '100ms'] });
    const made = await churning;
    await holding.listening.finish();
    await holding.connecting.finish();
    const page = await agent.settles((page) => [open(page, client), open(page, holding.client), open(page, holding.server)], [{}, {}, {}]);
    const counts = countsOf(page, { process_executable_name: client });
    expect(counts.attempts).toBe(counts.successes);
    expect(counts.attempts).toBeLessThanOrEqual(made.attempts);
    expect(lossesOf(page)).toEqual({});
  });

  it('knows whose listener it is that accepts at full speed from before on, also after SIGKILL', async () => {
    const [server, client] = [random.name('server'), random.name('client')];
    const listening = on.generator.start(server, ['listen', '--port', '0'], on.namespace);
    const { port } = await listening.said.line({ listening: true });
    const args = ['plain', '--port', String(port), '--threads', '4', '--sources', '200', '--count', '100000000'];
    const connecting = on.generator.start(client, args, on.namespace);
    const accepted = async () => (await on.namespace.counters()).PassiveOpens;
    const acceptedMoreThan = async (count: number) => {
      while ((await accepted()) <= count) await new Promise((done) => setImmediate(done));
    };
    await acceptedMoreThan(0);
    // Of the listener there is one series, which is of the same container as the client's.
    const owners = (page: Page) => page.select('connwatch_tcp_accepts_total', { server_port: String(port) }).map(({ labels }) => labels);
    const container = (page: Page) => page.select('connwatch_tcp_connect_attempts_total', { process_executable_name: client })[0]?.labels['workload_container_id'];
    const look = (page: Page) => owners(page).map((labels) => [labels['process_executable_name'], labels['workload_container_id'] === container(page)]);
    for (let n = 0; n < 4; n++) {
      await using agent = await Agent.start();
      await agent.settles(look, [[server, true]]);
      agent.signal('SIGKILL');
    }
    const before = await accepted();
    await using agent = await Agent.start();
    const ready = await accepted();
    await acceptedMoreThan(ready + 1000);
    await connecting.kill();
    await listening.finish();
    const all = await accepted();
    const page = await agent.settles((page) => [look(page), open(page, server), open(page, client)], [[[server, true]], {}, {}]);
    const accepts = page.sum('connwatch_tcp_accepts_total', { server_port: String(port) });
    expect(accepts).toBeGreaterThanOrEqual(all - ready);
    expect(accepts).toBeLessThanOrEqual(all - before);
    expect(lossesOf(page)).toEqual({});
  });

  it('begins anew after SIGKILL: what came between is what is missing', async () => {
    const name = random.name('client');
    const run = async (count: number) => on.generator.run(name, ['plain', '--port', '7', '--count', `${count}`, '--check-snmp'], on.namespace);
    const [first, between, second] = [random.between(50, 200), random.between(50, 200), random.between(50, 200)];
    const holding = await held('127.0.0.1', 30);
    const look = (page: Page) => ({ attempts: countsOf(page, { process_executable_name: name }).attempts, held: open(page, holding.client) });
    const agent = await Agent.start();
    await run(first);
    await agent.settles(look, { attempts: first, held: { 'client established': 30 } });
    const began = (await agent.scrape()).sum('process_start_time_seconds');
    agent.signal('SIGKILL');
    await agent.exited;
    await run(between);
    await using again = await Agent.start();
    await run(second);
    const page = await again.settles(look, { attempts: second, held: { 'client established': 30 } });
    expect(page.sum('process_start_time_seconds')).toBeGreaterThan(began);
  });
});
