import { afterAll, beforeAll, expect, it } from 'vitest';
import { Tool } from '../../bench/lib/tools.ts';
import { Agent } from '../harness/agent.ts';
import { doctor } from '../harness/doctor.ts';
import { at, describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { must } from '../harness/run.ts';
import { type Counts, countsMade, countsOf, lossesOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { expectKernel, KERNEL } from './guest.ts';

const PORT = 4711;

/** What connect() refuses by itself, in a namespace with these routes and no other: no SYN leaves, no state changes. */
const ROUTES = [
  // The last address is of IPv4 through a socket of IPv6, which goes from one kernel function to the other.
  { route: 'none', type: 'network_unreachable', addresses: ['192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1'] },
  { route: 'unreachable', type: 'host_unreachable', addresses: ['198.51.100.1', '2001:db8:1::1', '::ffff:198.51.100.1'] },
  { route: 'prohibit', type: 'permission_denied', addresses: ['198.51.100.2', '2001:db8:1::2', '::ffff:198.51.100.2'] },
  { route: 'blackhole', type: 'other', addresses: ['198.51.100.3', '2001:db8:1::3', '::ffff:198.51.100.3'] },
];
/** conngen's: the first waits in connect(), the second does not. */
const MODES = ['plain', 'cancel'];
const CASES = ROUTES.flatMap(({ type, addresses }) => addresses.flatMap((address) => MODES.map((mode) => ({ type, address, mode }))));

async function addRoutes({ name }: Namespace): Promise<void> {
  for (const { route, addresses } of ROUTES)
    if (route !== 'none') for (const address of addresses.slice(0, 2)) await must(['ip', '-n', name, 'route', 'add', route, address]);
}

/** What each setting comes to, and the mechanisms of its programs. */
const WAYS = [
  { way: 'fexit', setting: 'auto', mechanisms: ['fexit'] },
  { way: 'kretprobe', setting: 'auto', mechanisms: ['kprobe', 'kretprobe'] },
  { way: 'syscall', setting: 'syscall', mechanisms: ['tp'] },
  { way: 'nothing', setting: 'off', mechanisms: [] },
];
const FUNCTIONS = ['tcp_v4_connect', 'tcp_v6_connect'];

/** Until it is disposed of, a kernel that refuses fexit: every place for it is taken. No kernel at hand has kprobes without fexit. */
async function withoutFexit(): Promise<AsyncDisposable> {
  const filled = new Tool('fill_fexit', ...FUNCTIONS);
  const places = (await filled.line()) as Record<string, number>;
  expect(FUNCTIONS.map((name) => places[name]! > 0)).toEqual([true, true]);
  return filled;
}

/** 3 is Debian's own: it asks for CAP_SYS_ADMIN, which the agent does not have. */
const setPerfEventParanoid = (value: 2 | 3) => must(['sysctl', '--write', `kernel.perf_event_paranoid=${value}`]);

for (const { way, setting, mechanisms } of WAYS)
  describeKernel(`connects that fail before a SYN, on Linux ${KERNEL} with --sync-failures ${setting}: ${way}`, () => {
    const random = announcedRandom('before-syn');
    let agent: Agent;
    let namespace: Namespace;
    let generator: Generator;

    beforeAll(async () => {
      await expectKernel();
      if (setting === 'syscall') await must(['mount', '-t', 'tracefs', 'none', '/sys/kernel/tracing']);
      await setPerfEventParanoid(way === 'kretprobe' || way === 'syscall' ? 2 : 3);
      await using _ = way === 'kretprobe' ? await withoutFexit() : undefined;
      agent = await Agent.start({ args: ['--sync-failures', setting] });
      namespace = await Namespace.create();
      await addRoutes(namespace);
      generator = new Generator();
    });
    afterAll(async () => {
      generator[Symbol.dispose]();
      await namespace[Symbol.asyncDispose]();
      await agent[Symbol.asyncDispose]();
    });

    /** What the agent is to show of `count` connects that all fail so. */
    const failures = (count: number, type: string): Counts => ({ attempts: count, successes: 0, failures: { [type]: count }, pending: 0, accepts: 0 });
    const nothing: Counts = { attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0 };

    it('are seen in the way that was asked for', async () => {
      const probes = (await agent.scrape()).select('connwatch_probe_attached').filter(({ labels }) => /_(connect|enter|return)/.test(labels['probe']!));
      const found = new Set(probes.map(({ labels, value }) => `${labels['mechanism']} ${value}`));
      expect(found).toEqual(new Set(mechanisms.map((mechanism) => `${mechanism} 1`)));
    });

    it('count once, by whatever route they would go', async () => {
      const before = await namespace.counters();
      const expected = [];
      for (const { type, address, mode } of CASES) {
        const name = random.name('failing');
        const count = random.between(5, 30);
        const made = await generator.run(name, [mode, '--port', `${PORT}`, '--address', address, '--count', `${count}`], namespace);
        expect(countsMade(made), `${mode} ${address}`).toEqual(failures(count, type));
        expected.push({ name, address: address.replace('::ffff:', ''), counts: failures(count, type) });
      }
      // No SYN of these ever left.
      expect(await namespace.counters()).toEqual(before);
      // Of those that the agent does not see, this one shows that they would be on the page by now.
      const last = { name: random.name('last'), address: '127.0.0.1', counts: failures(1, 'refused') };
      await generator.run(last.name, ['plain', '--port', `${PORT}`, '--count', '1'], namespace);
      const all = [...expected, last];
      const shown = setting === 'off' ? [...expected.map((each) => ({ ...each, counts: nothing })), last] : all;
      const page = await agent.settles(
        (page) => all.map((each) => ({ ...each, counts: countsOf(page, { process_executable_name: each.name }) })),
        shown,
      );
      const peers = all.map(({ name }) => page.select('connwatch_tcp_connect_attempts_total', { process_executable_name: name }).map(({ labels }) => labels));
      const peer = (name: string, address: string) => ({ process_executable_name: name, server_address: address, server_port: `${PORT}` });
      expect(peers).toEqual(shown.map(({ name, address, counts }) => (counts === nothing ? [] : [peer(name, address)])));
    });

    it.each(['127.0.0.1', '::1'])('count once when they find no free local port: %s', async (address) => {
      await using narrow = await Namespace.create();
      const ports = random.even(2, 8);
      await narrow.leavePorts(ports);
      const to = ['--port', `${SILENT_PORT}`, '--address', address];
      const holder = { name: random.name('holder'), counts: { ...nothing, attempts: ports, pending: ports } };
      const holding = generator.start(holder.name, ['hang', ...to, '--count', `${ports}`], narrow);
      await holding.said.line({ hanging: true });
      const expected = [holder];
      for (const mode of MODES) {
        const name = random.name('failing');
        const count = random.between(5, 30);
        const made = await generator.run(name, [mode, ...to, '--count', `${count}`], narrow);
        expect(countsMade(made), mode).toEqual(failures(count, 'address_unavailable'));
        expected.push({ name, counts: failures(count, 'address_unavailable') });
      }
      expect(await narrow.counters()).toEqual({ ActiveOpens: ports, PassiveOpens: 0 });
      await agent.settles((page) => expected.map((each) => ({ ...each, counts: countsOf(page, { process_executable_name: each.name }) })), expected);
      await holding.finish();
    });

    it('lose nothing', async () => {
      expect(lossesOf(await agent.scrape())).toEqual({});
    });
  });

describeKernel(`doctor on Linux ${KERNEL} without fexit`, () => {
  it('tells whether kretprobes can be attached', async () => {
    await using _ = await withoutFexit();
    const found = async () => (await doctor([at('build', 'test-tools', 'confine')])).checks.find(({ id }) => id === 'sync-failures');
    await setPerfEventParanoid(3);
    const refused = 'auto selects kretprobes, but the kernel refuses the perf events (EACCES) that attach it';
    expect(await found()).toMatchObject({ status: 'degraded', found: refused });
    await setPerfEventParanoid(2);
    expect(await found()).toMatchObject({ status: 'ok', found: 'auto selects kretprobes' });
  });
});
