import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { wrongBuild } from '../../harness/kernel/wrong-build.ts';
import { announcedRandom } from '../../harness/random.ts';
import { type Counts, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';

// A kernel may leave a change of a state unshown (docs/DECISIONS.md). Builds that look
// away stand for it: what they don't see has to be counted all the same, once.
const BEFORE = '\tconn = find_conn(sk, cookie);\n\tif (!conn) {';
const lookingAwayFrom = (change: string) => wrongBuild('transition.bpf.h', BEFORE, `\tif (${change})\n\t\treturn;\n${BEFORE}`);

describeKernel('changes of state that the kernel does not show', () => {
  const random = announcedRandom('unshown');
  const seen = (page: Page, name: string) => ({
    counts: countsOf(page, { process_executable_name: name }),
    open: page.by('network_connection_state', 'connwatch_tcp_connections', { process_executable_name: name }),
  });
  const counts = (of: Partial<Counts>): Counts => ({ attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0, ...of });

  it('ends: the gauge forgets what is gone', async () => {
    using build = await lookingAwayFrom('(to == TCP_FIN_WAIT2 || to == TCP_CLOSE) && from != TCP_SYN_SENT && cookie >> 2 & 1');
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const name = random.name('ends');
    const count = random.between(200, 400);
    const made = await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace);
    expect(made).toMatchObject({ successes: count, accepts: count });
    const page = await agent.settles((page) => seen(page, name), { counts: counts({ attempts: count, successes: count, accepts: count }), open: {} });
    // Every second pair of cookies, of two sockets a connection.
    expect(page.sum('connwatch_events_late_total')).toBeGreaterThanOrEqual(count - 4);
    expect(lossesOf(page)).toEqual({});
  });

  it('failures: with what the socket still says', async () => {
    using build = await lookingAwayFrom('from == TCP_SYN_SENT && to == TCP_CLOSE && cookie >> 1 & 1');
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const name = random.name('refused');
    const count = random.between(40, 80);
    await generator.run(name, ['plain', '--port', '7', '--count', `${count}`], namespace);
    // The memory of a socket that is gone may be another one's by then, and says nothing.
    const look = (page: Page) => {
      const { attempts, pending, failures } = countsOf(page, { process_executable_name: name });
      return { attempts, pending, failures: (failures['refused'] ?? 0) + (failures['other'] ?? 0), some: (failures['refused'] ?? 0) > count / 2 - 2 };
    };
    const page = await agent.settles(look, { attempts: count, pending: 0, failures: count, some: true });
    expect(page.sum('connwatch_events_late_total')).toBeGreaterThanOrEqual(Math.floor(count / 2) - 1);
  });

  it('successes: while the connection is open, or by its end', async () => {
    using build = await lookingAwayFrom('from == TCP_SYN_SENT && to == TCP_ESTABLISHED');
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const [server, client, brief] = [random.name('server'), random.name('client'), random.name('brief')];
    const count = random.between(20, 60);
    const listening = generator.start(server, ['listen', '--port', '0', '--end', 'hold'], namespace);
    const { port } = await listening.said.line({ listening: true });
    const connecting = generator.start(client, ['plain', '--port', String(port), '--count', `${count}`, '--threads', `${count}`], namespace);
    const connected = counts({ attempts: count, successes: count });
    await agent.settles((page) => seen(page, client), { counts: connected, open: { established: count } });
    await listening.finish();
    await connecting.finish();
    await agent.settles((page) => seen(page, client), { counts: connected, open: {} });
    await generator.run(brief, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace);
    await agent.settles((page) => seen(page, brief), { counts: { ...connected, accepts: count }, open: {} });
  });

  it('accepts: when they end, where a scan has found them', async () => {
    using build = await lookingAwayFrom('from == TCP_SYN_RECV');
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const [server, client] = [random.name('server'), random.name('client')];
    const count = random.between(20, 60);
    const listening = generator.start(server, ['listen', '--port', '0', '--end', 'hold'], namespace);
    const { port } = await listening.said.line({ listening: true });
    const connecting = generator.start(client, ['plain', '--port', String(port), '--count', `${count}`, '--threads', `${count}`], namespace);
    await agent.settles((page) => seen(page, server), { counts: counts({}), open: { established: count } });
    await listening.finish();
    await connecting.finish();
    await agent.settles((page) => seen(page, server), { counts: counts({ accepts: count }), open: {} });
  });
});
