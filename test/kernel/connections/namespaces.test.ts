import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';

describeKernel('network namespaces', () => {
  const random = announcedRandom('namespaces');

  /** Connects of every kind, at the same time. @returns the executables that made them */
  async function traffic(generator: Generator, namespace: Namespace): Promise<string[]> {
    const some = () => ['--count', `${random.between(50, 300)}`];
    const kinds = ['127.0.0.1', '::1'].flatMap((address) => [
      ['plain', '--port', '0', '--own-listener', '--threads', '2', '--address', address, ...some()],
      ['plain', '--port', '0', '--own-listener', '--mptcp', '--address', address, ...some()],
      ['reuse', '--port', '0', '--own-listener', '--refused-port', '7', '--address', address, ...some()],
      ['plain', '--port', '7', '--address', address, ...some()],
      ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--address', address, ...some()],
      ['cancel', '--port', `${SILENT_PORT}`, '--address', address, ...some()],
    ]);
    const names = kinds.map(([mode]) => random.name(mode!));
    await Promise.all(kinds.map((args, i) => generator.run(names[i]!, args, namespace)));
    return names;
  }

  const totals = (page: Page, names: readonly string[]) => {
    const counts = names.map((name) => countsOf(page, { process_executable_name: name }));
    return {
      ActiveOpens: counts.reduce((sum, { attempts }) => sum + attempts, 0),
      PassiveOpens: counts.reduce((sum, { accepts }) => sum + accepts, 0),
    };
  };

  it('sees what another one counts, by that one’s own /proc/net/snmp', async () => {
    await using home = await Namespace.create();
    await using agent = await Agent.start({ namespace: home });
    await using away = await Namespace.create();
    using generator = new Generator();
    const names = await traffic(generator, away);
    const kernel = await away.counters();
    expect(kernel.ActiveOpens).toBeGreaterThan(600);
    await agent.settles((page) => totals(page, names), kernel);
  });

  const COUNTERS = ['ActiveOpens', 'PassiveOpens', 'AttemptFails', 'EstabResets', 'CurrEstab'];
  const ZERO = Object.fromEntries(COUNTERS.map((counter) => [counter, 0]));

  it.each(['its own', 'another one'])('has no drift in %s', async (which) => {
    await using home = await Namespace.create();
    await using agent = await Agent.start({ namespace: home });
    await using away = await Namespace.create();
    const place = which === 'its own' ? home : away;
    const netns = `${place.inode}`;
    using generator = new Generator();
    // Somebody who stays there, so that there is a process whose /proc shows the counters.
    await generator.start(random.name('stays'), ['listen', '--port', '0'], place).said.line({ listening: true });
    // The first still window is where both sides begin.
    await agent.settles((page) => page.by('counter', 'connwatch_drift', { netns }), ZERO);
    const names = await traffic(generator, place);
    // Compared since: in a window that ended less than half a second before the last one.
    await agent.settles(
      (page) => ({
        seen: totals(page, names).ActiveOpens > 600,
        drift: page.by('counter', 'connwatch_drift', { netns }),
        compared: page.select('connwatch_drift_age_seconds', { netns }).map(({ value }) => value < 0.5),
      }),
      { seen: true, drift: ZERO, compared: COUNTERS.map(() => true) },
    );
    // It is one of those that are compared; the host may have no TCP sockets of its own.
    expect((await agent.scrape()).sum('connwatch_drift_namespaces', { state: 'compared' })).toBeGreaterThanOrEqual(1);
  });

  it("says which one is the host's", async () => {
    await using home = await Namespace.create();
    await using agent = await Agent.start({ namespace: home });
    using generator = new Generator();
    // In the network namespace of the tests, which is the host's.
    await generator.start(random.name('stays'), ['listen', '--port', '0']).said.line({ listening: true });
    const types = (page: Page) => Object.fromEntries([home.inode, statSync('/proc/self/ns/net').ino].map((inode) => [inode, page.select('connwatch_drift', { netns: `${inode}` })[0]?.labels['netns_type']]));
    await agent.settles(types, { [home.inode]: 'other', [statSync('/proc/self/ns/net').ino]: 'host' });
  });

  it('begins anew in a namespace that gets the inode number of one that is gone', async () => {
    await using home = await Namespace.create();
    await using agent = await Agent.start({ namespace: home });
    using generator = new Generator();
    const drift = (page: Page, inode: number) => page.by('counter', 'connwatch_drift', { netns: `${inode}` });
    const stay = async (place: Namespace) => {
      const program = generator.start(random.name('stays'), ['listen', '--port', '0'], place);
      await program.said.line({ listening: true });
      return program;
    };
    // Several, since one of the numbers may be taken by something else than a namespace: files under /proc/net have theirs from the same store.
    const gone = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const first = await Namespace.create();
      const { inode } = first;
      const resident = await stay(first);
      await agent.settles((page) => drift(page, inode), ZERO);
      const refused = random.name('refused');
      await generator.run(refused, ['plain', '--port', '7', '--count', '100'], first);
      await agent.settles((page) => countsOf(page, { process_executable_name: refused }).attempts, 100);
      await resident.finish();
      await first[Symbol.asyncDispose]();
      gone.add(inode);
    }
    // The kernel gives the lowest free number; a namespace goes some time after its name.
    const opened: Namespace[] = [];
    const reborn = () => opened.find(({ inode }) => gone.has(inode));
    try {
      while (!reborn() && opened.length < 200) opened.push(await Namespace.create());
      const second = reborn()!;
      expect([...gone]).toContain(second?.inode);
      const next = await stay(second);
      const again = random.name('again');
      await agent.settles((page) => drift(page, second.inode), ZERO);
      await generator.run(again, ['plain', '--port', '7', '--count', '10'], second);
      await agent.settles(
        (page) => ({ attempts: countsOf(page, { process_executable_name: again }).attempts, drift: drift(page, second.inode) }),
        { attempts: 10, drift: ZERO },
      );
      await next.finish();
    } finally {
      for (const namespace of opened) await namespace[Symbol.asyncDispose]();
    }
  });
});
