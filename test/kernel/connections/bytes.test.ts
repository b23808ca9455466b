import { describe, expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { lossesOf } from '../../harness/scrape/counts.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { type Traffic } from '../../harness/traffic.ts';
import { watched } from '../../harness/watched.ts';

/** What the page says of one workload. */
interface Seen {
  /** By direction. */
  readonly io: Record<string, number>;
  readonly resets: Record<string, number>;
  readonly lives: number;
}

function seenOf(page: Page, name: string): Seen {
  const workload = { process_executable_name: name };
  return {
    io: page.by('network_io_direction', 'connwatch_tcp_io_bytes_total', workload),
    resets: page.by('network_io_direction', 'connwatch_tcp_resets_total', workload),
    lives: page.sum('connwatch_tcp_connection_duration_seconds_count', workload),
  };
}

/** Data that was sent again, by both. There is none on loopback, unless the machine is so busy that an answer comes too late. */
const retransmitsOf = (page: Page, names: readonly string[]) =>
  names.reduce((sum, name) => sum + page.sum('connwatch_tcp_retransmits_total', { process_executable_name: name, type: 'data' }), 0);

const round = (page: Page, name: string, role: string) => page.sum('connwatch_tcp_rtt_seconds_count', { process_executable_name: name, role });

/** Steps of client and server, `c:` or `s:`; S and R are what the client and the server send. */
const ENDS: Record<string, { steps: readonly string[]; client?: Record<string, number>; server?: Record<string, number> }> = {
  'the client closes first': { steps: ['c:close', 's:eof', 's:close'] },
  'the server closes first': { steps: ['s:close', 'c:eof', 'c:close'] },
  'nobody reads the end': { steps: ['c:close', 's:close'] },
  'half-closed, data in the other direction': { steps: ['c:shutdown', 's:eof', 's:send 777', 'c:read 777', 's:close', 'c:eof', 'c:close'] },
  'the server is half-closed': { steps: ['s:shutdown', 'c:eof', 'c:send 777', 's:read 777', 'c:close', 's:eof', 's:close'] },
  'SO_LINGER 0 at the client': { steps: ['c:reset', 's:arrived 0'], client: { transmit: 1 }, server: { receive: 1 } },
  'SO_LINGER 0 at the server': { steps: ['s:reset', 'c:arrived 0'], client: { receive: 1 }, server: { transmit: 1 } },
  'the server leaves data unread': { steps: ['c:send 777', 's:arrived 777', 's:close'], client: { receive: 1 }, server: { transmit: 1 } },
  'the client leaves data unread': { steps: ['s:send 777', 'c:arrived 777', 'c:close'], client: { transmit: 1 }, server: { receive: 1 } },
};

describeKernel('payload bytes, resets, round trips', () => {
  const random = announcedRandom('bytes');
  // A counter that is shown at 0 first would be behind.
  const on = watched({ args: ['--new-series-at-zero', 'false'] });

  /** A client and a server with one connection between them. */
  async function talk(address: string) {
    const names = { client: random.name('client'), server: random.name('server') };
    const start = (name: string) => on.generator.start(name, ['talk', '--address', address, '--port', '0'], on.namespace);
    const [client, server] = [start(names.client), start(names.server)];
    const { port } = await server.tell('listen 10');
    await client.tell(`connect ${String(port)}`);
    await server.tell('accept');
    return { names, client, server, port: port as number };
  }

  /** Both directions; what is sent is read meanwhile. */
  async function exchange(client: Traffic, server: Traffic, sent: number, received: number): Promise<void> {
    await Promise.all([client.tell(`send 0 ${sent}`), server.tell(`read 0 ${sent}`)]);
    await Promise.all([server.tell(`send 0 ${received}`), client.tell(`read 0 ${received}`)]);
  }

  describe.each(['127.0.0.1', '::1'])('%s', (address) => {
    it.each(Object.entries(ENDS))('exact when %s', async (_, { steps, client: clientResets = {}, server: serverResets = {} }) => {
      const before = await on.namespace.statistic('TcpRetransSegs');
      const { names, client, server, port } = await talk(address);
      const [sent, received] = [random.between(1, 3_000_000), random.between(1, 3_000_000)];
      await exchange(client, server, sent, received);
      for (const step of steps) {
        const [who, command, bytes = ''] = step.split(/[: ]/);
        await (who === 'c' ? client : server).tell(`${command} 0 ${bytes}`);
      }
      await Promise.all([client.finish(), server.finish()]);
      const extra = (who: string) => steps.filter((step) => step.startsWith(`${who}:send`)).length * 777;
      const [up, down] = [sent + extra('c'), received + extra('s')];
      const page = await on.agent.settles((page) => [names.client, names.server].map((name) => seenOf(page, name)), [
        { io: { transmit: up, receive: down }, resets: clientResets, lives: 1 },
        { io: { transmit: down, receive: up }, resets: serverResets, lives: 1 },
      ]);
      expect(retransmitsOf(page, Object.values(names))).toBe((await on.namespace.statistic('TcpRetransSegs')) - before);
      expect(round(page, names.client, 'client')).toBeGreaterThan(0);
      expect(round(page, names.server, 'server')).toBeGreaterThan(0);
      expect(page.sum('connwatch_tcp_connect_duration_seconds_count', { process_executable_name: names.client, server_address: address })).toBe(1);
      // A client's bytes are told by peer, a server's by its port.
      expect(page.sum('connwatch_tcp_io_bytes_total', { process_executable_name: names.client, server_address: address })).toBe(up + down);
      expect(page.select('connwatch_tcp_io_bytes_total', { process_executable_name: names.server }).map(({ labels }) => [labels['role'], labels['server_address'], labels['server_port']])).toEqual([port, port].map((own) => ['server', undefined, `${own}`]));
    });

    it('shows what a connection moves while it is open, each byte once', async () => {
      const { names, client, server } = await talk(address);
      let [up, down] = [0, 0];
      for (let turn = 0; turn < 3; turn++) {
        const [sent, received] = [random.between(1, 1_000_000), random.between(1, 1_000_000)];
        await exchange(client, server, sent, received);
        [up, down] = [up + sent, down + received];
        await on.agent.settles((page) => [names.client, names.server].map((name) => seenOf(page, name)), [
          { io: { transmit: up, receive: down }, resets: {}, lives: 0 },
          { io: { transmit: down, receive: up }, resets: {}, lives: 0 },
        ]);
        const page = await on.agent.scrape();
        expect(round(page, names.client, 'client')).toBeGreaterThan(turn);
        expect(round(page, names.server, 'server')).toBeGreaterThan(turn);
      }
      await client.tell('close 0');
      await server.tell('eof 0');
      await server.tell('close 0');
      await Promise.all([client.finish(), server.finish()]);
      await on.agent.settles((page) => [names.client, names.server].map((name) => seenOf(page, name)), [
        { io: { transmit: up, receive: down }, resets: {}, lives: 1 },
        { io: { transmit: down, receive: up }, resets: {}, lives: 1 },
      ]);
    });

    it('has bytes and no connects of what was open before the agent', async () => {
      const { names, client, server } = await talk(address);
      await exchange(client, server, 1_000_000, 2_000_000);
      await using late = await Agent.start({ args: ['--new-series-at-zero', 'false'] });
      await late.settles((page) => page.sum('connwatch_tcp_connections', { process_executable_name: names.client, network_connection_state: 'established' }), 1);
      await exchange(client, server, 123, 456);
      await client.tell('close 0');
      await server.tell('close 0');
      await Promise.all([client.finish(), server.finish()]);
      const page = await late.settles((page) => [names.client, names.server].map((name) => seenOf(page, name)), [
        { io: { transmit: 123, receive: 456 }, resets: {}, lives: 0 },
        { io: { transmit: 456, receive: 123 }, resets: {}, lives: 0 },
      ]);
      for (const name of ['connect_attempts_total', 'accepts_total']) {
        for (const workload of Object.values(names)) expect(page.select(`connwatch_tcp_${name}`, { process_executable_name: workload })).toEqual([]);
      }
    });
  });

  it('has lost nothing', async () => {
    expect(lossesOf(await on.agent.scrape())).toEqual({});
  });
});
