import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { wrongBuild } from '../../harness/kernel/wrong-build.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { type Counts, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';

// The kernel may skip a program for a change of state (docs/DECISIONS.md). Builds that skip on purpose stand for
// it: what they do not see has to be counted all the same, once.
const BEFORE = '\tif (from == TCP_LISTEN) {\n\t\t/*';
const skipping = (change: string) => wrongBuild('events/transition.bpf.h', BEFORE, `\tif (${change})\n\t\treturn;\n${BEFORE}`);
// A softirq interrupts the program: it can make every change but those of a process.
const SOFTIRQ = 'to != TCP_SYN_SENT && to != TCP_LISTEN && !(from == TCP_LISTEN && to == TCP_CLOSE)';
const COOKIE = '(u64)sk->__sk_common.skc_cookie.counter';

describeKernel('changes of state that the kernel skips', () => {
  const random = announcedRandom('unshown');
  const seen = (page: Page, name: string) => ({
    counts: countsOf(page, { process_executable_name: name }),
    open: page.by('network_connection_state', 'connwatch_tcp_connections', { process_executable_name: name }),
  });
  const counts = (of: Partial<Counts>): Counts => ({ attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0, ...of });

  it('ends: the gauge forgets what is gone', async () => {
    using build = await skipping(`(to == TCP_FIN_WAIT2 || to == TCP_CLOSE) && from != TCP_SYN_SENT && from != TCP_LISTEN && ${COOKIE} >> 2 & 1`);
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
    using build = await skipping(`from == TCP_SYN_SENT && to == TCP_CLOSE && ${COOKIE} >> 1 & 1`);
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const name = random.name('refused');
    const count = random.between(40, 80);
    await generator.run(name, ['plain', '--port', '7', '--count', `${count}`], namespace);
    const page = await agent.settles((page) => countsOf(page, { process_executable_name: name }), counts({ attempts: count, failures: { refused: count } }));
    expect(page.sum('connwatch_events_late_total')).toBeGreaterThanOrEqual(Math.floor(count / 2) - 1);
  });

  it('timeouts of a connect() that blocks, which leaves no error and no count in the socket', async () => {
    using build = await skipping('from == TCP_SYN_SENT && to == TCP_CLOSE');
    await using namespace = await Namespace.create();
    await must(namespace.command('sysctl', '-q', '-w', 'net.ipv4.tcp_syn_retries=1'));
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const name = random.name('timeout');
    await generator.run(name, ['plain', '--port', `${SILENT_PORT}`, '--count', '17', '--threads', '17'], namespace);
    const page = await agent.settles((page) => countsOf(page, { process_executable_name: name }), counts({ attempts: 17, failures: { timeout: 17 } }));
    expect(page.value('connwatch_drift', { netns: `${namespace.inode}`, counter: 'AttemptFails' })).toBe(0);
  });

  it('successes: while the connection is open, or by its end', async () => {
    using build = await skipping('from == TCP_SYN_SENT && to == TCP_ESTABLISHED');
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

  it.each([
    ['the end of the handshake', 'from == TCP_SYN_RECV'],
    ['the whole handshake', 'from == TCP_SYN_RECV || (from == TCP_LISTEN && to == TCP_SYN_RECV)'],
  ])('accepts: by a scan or by the next change, with the owner of the listener: %s', async (_, change) => {
    using build = await skipping(change);
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const [server, client, brief] = [random.name('server'), random.name('client'), random.name('brief')];
    const count = random.between(20, 60);
    const listening = generator.start(server, ['listen', '--port', '0', '--end', 'hold'], namespace);
    const { port } = await listening.said.line({ listening: true });
    const connecting = generator.start(client, ['plain', '--port', String(port), '--count', `${count}`, '--threads', `${count}`], namespace);
    await agent.settles((page) => seen(page, server), { counts: counts({ accepts: count }), open: { established: count } });
    await listening.finish();
    await connecting.finish();
    await agent.settles((page) => seen(page, server), { counts: counts({ accepts: count }), open: {} });
    const made = await generator.run(brief, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace);
    await agent.settles((page) => seen(page, brief), { counts: counts({ attempts: count, successes: count, accepts: made.accepts }), open: {} });
  });

  it('one change in a hundred, at random: every attempt, outcome, accept and close', async () => {
    using build = await skipping(`bpf_get_prandom_u32() % 100 == 0 && ${SOFTIRQ}`);
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', build.path] });
    using generator = new Generator();
    const [name, refused] = [random.name('random'), random.name('refused')];
    const [count, failing] = [random.between(4000, 5000), random.between(4000, 5000)];
    await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace);
    await generator.run(refused, ['plain', '--port', '7', '--count', `${failing}`], namespace);
    await agent.settles((page) => seen(page, name), { counts: counts({ attempts: count, successes: count, accepts: count }), open: {} });
    const page = await agent.settles((page) => seen(page, refused), { counts: counts({ attempts: failing, failures: { refused: failing } }), open: {} });
    expect(page.sum('connwatch_events_late_total')).toBeGreaterThan(20);
    expect(page.sum('connwatch_tcp_connection_duration_seconds_count', { process_executable_name: name })).toBeLessThan(2 * count);
    expect(lossesOf(page)).toEqual({});
  });
});
