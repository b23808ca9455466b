import { expect, it } from 'vitest';
import { Actor } from '../../accuracy/world/actor.ts';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { perTest } from '../../harness/watched.ts';

/** Commands of a script (test/tools/script/other.h) that make a socket in the slot. */
const KINDS: Readonly<Record<string, (slot: number) => string>> = {
  'raw, to 127.0.0.1': (slot) => `raw ${slot} 127.0.0.1`,
  'raw, to 0.0.0.0': (slot) => `raw ${slot} 0.0.0.0`,
  'raw, to ::1': (slot) => `raw ${slot} ::1`,
  'netlink, NETLINK_XFRM': (slot) => `xfrm ${slot}`,
};

/** They have the same number in `sk_protocol`, and a state, but no more of a TCP socket. */
describeKernel('sockets whose protocol is 6 and that are not TCP', () => {
  const random = announcedRandom('not TCP');
  const on = perTest();

  const told = (page: Page, name: string) => page.samples.filter(({ labels }) => labels['process_executable_name'] === name || labels['comm'] === name);

  /** One TCP connection, for which the namespace is compared with the kernel's counters. */
  async function connection(): Promise<void> {
    const actor = await Actor.start(on.generator, random.name('tcp'), on.namespace);
    await actor.do('socket 0 4', 'bind 0 127.0.0.1 9000', 'listen 0 1', 'socket 1 4', 'connect 1 127.0.0.1 9000', 'accept 0 2', 'send 1 10', 'receive 2 10');
  }

  const drift = (page: Page) => page.by('counter', 'connwatch_drift', { netns: `${on.namespace.inode}` });
  const NONE = { ActiveOpens: 0, PassiveOpens: 0, AttemptFails: 0, EstabResets: 0, CurrEstab: 0 };

  it.for(Object.entries(KINDS))('are not counted, whether there before the agent or made later: %s', async ([, make], { skip }) => {
    const name = random.name('other');
    const count = random.between(5, 20);
    const slots = Array.from({ length: 2 * count }, (_, slot) => slot);
    await connection();
    const actor = await Actor.start(on.generator, name, on.namespace);
    const [first] = await actor.ask(make(0));
    if (first?.errno === 'EPROTONOSUPPORT') skip('this kernel has no IPsec');
    expect(first?.errno).toBeUndefined();
    await actor.do(...slots.slice(1, count).map(make));
    await using agent = await Agent.start();
    const look = (page: Page) => ({ told: told(page, name), drift: drift(page) });
    const nothing = { told: [], drift: NONE };
    await agent.settles(look, nothing);
    await actor.do(...slots.slice(count).map(make));
    await agent.settles(look, nothing);
    await actor.do(...slots.map((slot) => `close ${slot}`), 'socket 0 4');
    await agent.settles(look, nothing);
    // It can be seen: what it does by TCP is.
    await actor.fails('ECONNREFUSED', 'connect 0 127.0.0.1 7');
    const attempts = (page: Page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name });
    const page = await agent.settles((page) => [attempts(page), drift(page)], [1, NONE]);
    expect(page.by('error_type', 'connwatch_tcp_connect_failures_total', { process_executable_name: name })).toEqual({ refused: 1 });
    await actor.finish();
  });
});
