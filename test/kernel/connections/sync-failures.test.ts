import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { countsOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';

const TRACEFS = '/sys/kernel/tracing';
const tracefs = () => existsSync(join(TRACEFS, 'events'));

/** tracefs at its place, for as long as it is needed. */
async function mounted(): Promise<AsyncDisposable> {
  if (tracefs()) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  await must(['mount', '-t', 'tracefs', 'nodev', TRACEFS]);
  return {
    async [Symbol.asyncDispose]() {
      await must(['umount', '--lazy', TRACEFS]);
    },
  };
}

describeKernel('connects that fail before a SYN', () => {
  const random = announcedRandom('sync failures');

  it('by the system call, when asked for: each kind of route, once, beside failures that change the state', { timeout: 60_000 }, async () => {
    await using _ = await mounted();
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ args: ['--sync-failures', 'syscall'] });
    const ip = (...args: string[]) => must(['ip', '-n', namespace.name, ...args]);
    await ip('route', 'add', 'blackhole', '198.51.100.1/32');
    await ip('route', 'add', 'unreachable', '198.51.100.2/32');
    await ip('route', 'add', 'prohibit', '198.51.100.3/32');
    await ip('-6', 'route', 'add', 'unreachable', '2001:db8::2/128');
    await ip('-6', 'route', 'add', 'prohibit', '2001:db8::3/128');
    using generator = new Generator();
    const cases: [string, string][] = [
      ['198.51.100.9', 'network_unreachable'],
      ['198.51.100.1', 'other'],
      ['198.51.100.2', 'host_unreachable'],
      ['198.51.100.3', 'permission_denied'],
      ['2001:db8::9', 'network_unreachable'],
      ['2001:db8::2', 'host_unreachable'],
      ['2001:db8::3', 'permission_denied'],
      ['127.0.0.1', 'refused'],
      ['::1', 'refused'],
    ];
    const made = cases.map(() => ({ name: random.name('client'), count: random.between(3, 30) }));
    await Promise.all(
      cases.map(([address], i) => generator.run(made[i]!.name, ['plain', '--port', '7', '--address', address, '--count', `${made[i]!.count}`], namespace)),
    );
    await agent.settles(
      (page) => made.map(({ name }) => countsOf(page, { process_executable_name: name })),
      cases.map(([, reason], i) => ({ attempts: made[i]!.count, successes: 0, failures: { [reason]: made[i]!.count }, pending: 0, accepts: 0 })),
    );
    // No SYN of theirs is in the kernel's count.
    expect((await namespace.counters()).ActiveOpens).toBe(made.slice(-2).reduce((sum, { count }) => sum + count, 0));
    expect((await agent.scrape()).value('connwatch_probe_attached', { probe: 'connwatch_connect' })).toBe(1);
  });

  it('says what to do where tracefs is not mounted', async () => {
    // Hidden, where it is.
    const hide = `for place in ${TRACEFS} /sys/kernel/debug; do mount -t tmpfs nodev $place; done; exec "$@"`;
    const namespace = { command: (...command: string[]) => ['unshare', '--mount', 'sh', '-c', hide, 'sh', ...command] };
    const { code, logs } = await Agent.refuse({ args: ['--sync-failures', 'syscall'], namespace });
    expect(code).toBe(1);
    expect(logs.text).toContain('CW_TRACEFS');
    expect(logs.text).toContain('mount -t tracefs');
  });

  it('has no program for them when they are off, and says so when there is none to be had', async () => {
    const probes = async (...args: string[]) => {
      await using agent = await Agent.start({ args });
      return (await agent.scrape()).select('connwatch_probe_attached').filter(({ labels }) => /connect|return/.test(labels['probe']!.slice('connwatch_'.length)));
    };
    expect(await probes('--sync-failures', 'off')).toEqual([]);
    const auto = await probes();
    expect(auto.map(({ labels }) => labels['required'])).toEqual(auto.map(() => 'false'));
    expect(auto.length).toBeGreaterThanOrEqual(2);
  });
});
