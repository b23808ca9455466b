import { expect, it } from 'vitest';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import { watched } from '../../harness/watched.ts';

// A port on which nobody listens in a new namespace.
const CLOSED_PORT = 7;

describeKernel('every connect, once, with its outcome', () => {
  const random = announcedRandom('outcomes');
  const on = watched();

  for (const [family, address] of [
    ['IPv4', '127.0.0.1'],
    ['IPv6', '::1'],
  ] as const) {
    it.each<[string, number | undefined, (count: number) => string[]]>([
      ['success', undefined, (count) => ['plain', '--port', '0', '--own-listener', '--count', `${count}`]],
      ['success and reset', undefined, (count) => ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--count', `${count}`]],
      ['success and half-close', undefined, (count) => ['plain', '--port', '0', '--own-listener', '--end', 'half', '--count', `${count}`]],
      ['refused', CLOSED_PORT, (count) => ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`]],
      ['unanswered', SILENT_PORT, (count) => ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--count', `${count}`]],
      ['cancelled', SILENT_PORT, (count) => ['cancel', '--port', `${SILENT_PORT}`, '--count', `${count}`]],
      ['killed', SILENT_PORT, (count) => ['kill', '--port', `${SILENT_PORT}`, '--count', `${count}`]],
    ])(`${family}: %s`, async (outcome, port, args) => {
      const name = random.name('made');
      const count = random.between(20, 80);
      const made = await on.generator.run(name, [...args(count), '--address', address, '--check-snmp'], on.namespace);
      const successes = outcome.startsWith('success') ? count : 0;
      const failures = successes > 0 ? {} : { [outcome === 'killed' ? 'cancelled' : outcome]: count };
      // The generator did what it was told; the kernel has counted the same.
      expect(countsMade(made)).toEqual({ attempts: count, successes, failures, pending: 0, accepts: successes });
      expect(made.snmp).toEqual({ active_opens: count, passive_opens: successes, agrees: true });

      const workload = { process_executable_name: name };
      const page = await on.agent.settles(
        (page, history) => ({
          counts: countsOf(page, workload),
          pid: history.sum('tcp_connects_by_pid', { pid: `${made.pid}`, comm: made.comm }),
        }),
        { counts: countsMade(made), pid: count },
      );
      // One peer, and nothing of it under another name.
      const [peer, ...others] = page.select('connwatch_tcp_connect_attempts_total', workload);
      expect(others).toEqual([]);
      expect(peer?.labels).toMatchObject({ ...workload, server_address: address, server_port: `${port ?? made.port}` });
    });
  }

  it.each(['127.0.0.1', '::1'])('counts connects that find no free local port: %s', async (address) => {
    await using narrow = await Namespace.create();
    const ports = random.even(4, 16);
    const count = ports + random.between(5, 15);
    await narrow.leavePorts(ports);
    const [server, client] = [random.name('server'), random.name('client')];
    // It holds what it has accepted until its own end, and with it the client's ports.
    const listening = on.generator.start(server, ['listen', '--port', '9', '--end', 'hold', '--address', address], narrow);
    await listening.said.line({ listening: true });
    const args = ['plain', '--port', '9', '--address', address, '--count', `${count}`, '--threads', `${count}`];
    const connecting = on.generator.start(client, args, narrow);
    const counts = { attempts: count, successes: ports, failures: { address_unavailable: count - ports }, pending: 0, accepts: 0 };
    await on.agent.settles((page) => countsOf(page, { process_executable_name: client }), counts);
    // No SYN of these ever left.
    expect(await narrow.counters()).toEqual({ ActiveOpens: ports, PassiveOpens: ports });
    await listening.finish();
    expect(countsMade(await connecting.finish())).toEqual(counts);
  });

  it('shows what is pending while it is', async () => {
    const name = random.name('hang');
    const count = random.between(10, 40);
    const traffic = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', `${count}`, '--check-snmp'], on.namespace);
    await traffic.said.line({ hanging: true });
    const counts = { attempts: count, successes: 0, failures: {}, pending: count, accepts: 0 };
    const workload = { process_executable_name: name };
    await on.agent.settles(
      (page) => ({
        counts: countsOf(page, workload),
        sockets: page.by('network_connection_state', 'connwatch_tcp_connections', workload),
      }),
      { counts, sockets: { syn_sent: count } },
    );
    const made = await traffic.finish();
    expect(made).toMatchObject({ attempts: count, pending: 0 });
    await on.agent.settles(
      (page) => ({
        counts: countsOf(page, workload),
        sockets: page.sum('connwatch_tcp_connections', workload),
      }),
      { counts: countsMade(made), sockets: 0 },
    );
  });

  it.each([
    ['TCP', []],
    ['MPTCP', ['--mptcp']],
  ])('shows what is established while it is, once on both sides: %s', async (_, kind) => {
    const [server, client] = [random.name('server'), random.name('client')];
    const count = random.between(10, 40);
    const listening = on.generator.start(server, ['listen', '--port', '0', '--end', 'hold', ...kind], on.namespace);
    const { port } = await listening.said.line({ listening: true });
    // It reads until the server closes, which it does at its own end.
    const args = ['plain', '--port', String(port), '--count', `${count}`, '--threads', `${count}`, ...kind];
    const connecting = on.generator.start(client, args, on.namespace);
    const open = (page: Parameters<typeof countsOf>[0]) =>
      [client, server].map((name) =>
        page.select('connwatch_tcp_connections', { process_executable_name: name }).map(({ labels, value }) => [labels['role'], labels['network_connection_state'], value]),
      );
    await on.agent.settles(open, [[['client', 'established', count]], [['server', 'established', count]]]);
    const accepted = await listening.finish();
    const made = await connecting.finish();
    expect([accepted.accepts, made.successes]).toEqual([count, count]);
    await on.agent.settles(
      (page) => ({
        client: countsOf(page, { process_executable_name: client }),
        server: countsOf(page, { process_executable_name: server }),
        sockets: [client, server].map((name) => page.sum('connwatch_tcp_connections', { process_executable_name: name })),
        port: page.select('connwatch_tcp_accepts_total', { process_executable_name: server }).map(({ labels }) => labels['server_port']),
      }),
      { client: countsMade(made), server: countsMade(accepted), sockets: [0, 0], port: [String(port)] },
    );
  });

  it('has lost nothing', async () => {
    const page = await on.agent.scrape();
    expect(page.select('connwatch_events_lost_total').length).toBeGreaterThan(4);
    expect(lossesOf(page)).toEqual({});
  });
});
