import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsOf } from '../../harness/scrape/counts.ts';
import { perTest } from '../../harness/watched.ts';

// A port on which nobody listens in a new namespace.
const CLOSED_PORT = 7;
const NOTHING = { attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0 };

describeKernel('what the settings select', () => {
  const random = announcedRandom('selection');
  const on = perTest();

  it('leaves out what a filter names, counts it in one total, and the drift stays exact', async () => {
    const [kept, left] = [random.name('kept'), random.name('left')];
    await using agent = await Agent.start({ args: ['--exclude', `executable=${left}`, '--new-series-at-zero', 'false'] });
    const count = random.between(20, 60);
    const args = ['plain', '--port', '0', '--own-listener', '--count', `${count}`];
    await on.generator.run(left, args, on.namespace);
    await on.generator.run(kept, args, on.namespace);
    const page = await agent.settles(
      (page) => ({ kept: countsOf(page, { process_executable_name: kept }), filtered: page.by('kind', 'connwatch_events_filtered_total') }),
      { kept: { attempts: count, successes: count, failures: {}, pending: 0, accepts: count }, filtered: { connect: count, accept: count, close: 2 * count } },
    );
    expect(countsOf(page, { process_executable_name: left })).toEqual(NOTHING);
    expect(page.samples.filter(({ labels }) => labels['process_executable_name'] === left)).toEqual([]);
    // Both are in the kernel's own counters.
    expect((await on.namespace.counters()).ActiveOpens).toBe(2 * count);
    const drift = page.select('connwatch_drift', { counter: 'ActiveOpens' }).map(({ value }) => value);
    expect(new Set(drift)).toEqual(new Set([0]));
  });

  it.each(['127.0.0.1', '::1'])('tells the clients of a server by their range: %s', async (address) => {
    const name = random.name('ranged');
    const names = '127.0.0.0/8=loopback four;::1=loopback six;127.0.0.0/24=near;::/0=six;0.0.0.0/0=four';
    const attributes = 'tcp.accepts=process.executable.name,client.address;tcp.io=process.executable.name,role,server.address,client.address';
    await using agent = await Agent.start({ args: ['--peer-names', names, '--attributes', attributes, '--new-series-at-zero', 'false'] });
    const count = random.between(20, 60);
    await on.generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${count}`, '--address', address], on.namespace);
    const expected = address === '::1' ? 'loopback six' : 'near';
    const match = { process_executable_name: name };
    const page = await agent.settles((page) => page.select('connwatch_tcp_accepts_total', match).map(({ labels, value }) => [labels, value]), [[{ ...match, client_address: expected }, count]]);
    expect(page.select('connwatch_tcp_connect_attempts_total', match).map(({ labels, value }) => [labels['server_address'], value])).toEqual([[expected, count]]);
    const sides = page.select('connwatch_tcp_io_bytes_total', match).map(({ labels }) => `${labels['role']} ${labels['server_address']} ${labels['client_address']}`);
    expect(new Set(sides)).toEqual(new Set(sides.length === 0 ? [] : [`client ${expected} undefined`, `server undefined ${expected}`]));
    expect(page.select('connwatch_window_accepts', match)).toHaveLength(1);
  });

  it('has no metric that is off, and others without the attributes that are left out', async () => {
    const name = random.name('few');
    const args = ['--attributes', 'tcp.connects_by_pid=off;window.*=off;tcp.connect.attempts=process.executable.name', '--new-series-at-zero', 'false'];
    await using agent = await Agent.start({ args });
    const count = random.between(20, 60);
    await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`], on.namespace);
    await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT + 1}`, '--count', `${count}`], on.namespace);
    const page = await agent.settles(
      (page) => page.select('connwatch_tcp_connect_attempts_total', { process_executable_name: name }).map(({ labels, value }) => [labels, value]),
      [[{ process_executable_name: name }, 2 * count]],
    );
    const ports = page.select('connwatch_tcp_connect_failures_total', { process_executable_name: name }).map(({ labels, value }) => [labels['server_port'], value]);
    expect(ports).toEqual([[`${CLOSED_PORT}`, count], [`${CLOSED_PORT + 1}`, count]]);
    const names = new Set(page.samples.map(({ name }) => name));
    expect([...names].filter((name) => name.startsWith('tcp_') || name.startsWith('connwatch_window_connect') || name === 'connwatch_window_accepts')).toEqual([]);
  });
});
