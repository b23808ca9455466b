import { must } from '../../harness/run.ts';
import type { Chapter } from '../case.ts';
import { closes, connected, PORT, toItself } from './steps.ts';

const each = (slots: readonly number[], command: string, rest = '') => slots.map((slot) => `${command} ${slot} ${rest}`);
const both = (count: number) => ({ client: { attempts: count, successes: count }, server: { accepts: count } });
const openBoth = (count: number, client: string, server: string) => ({
  client: { ...both(count).client, open: { [`client ${client}`]: count } },
  server: { ...both(count).server, open: { [`server ${server}`]: count } },
});

/** Ends of what was established: none of them is a failed connect, whatever comes. */
export const ends: Chapter = {
  title: 'Ends of connections, which are no failures',
  cases: [
    {
      name: 'open',
      made: '11 connections, checked while both sides are open',
      run: async (world) => {
        await connected(world, 11);
        await world.shows(openBoth(11, 'established', 'established'));
      },
      expect: both(11),
    },
    {
      name: 'the server resets',
      made: '11 accepted connections, closed by the server with SO_LINGER 0',
      run: async (world) => {
        const { server, slots } = await connected(world, 11);
        await server.do(...each(slots, 'set', 'linger 0'), ...closes(slots));
      },
      expect: both(11),
      kernel: { EstabResets: 22 },
    },
    {
      name: 'the client resets',
      made: '11 accepted connections, closed by the client with SO_LINGER 0',
      run: async (world) => {
        const { client, slots } = await connected(world, 11);
        await client.do(...each(slots, 'set', 'linger 0'), ...closes(slots));
      },
      expect: both(11),
      kernel: { EstabResets: 22 },
    },
    {
      name: 'closed with unread data',
      made: '7 connections on which the server has sent; the client closes without reading: a reset',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await server.do(...each(slots, 'send', '100'));
        await client.do(...closes(slots));
      },
      expect: both(7),
      kernel: { EstabResets: 14 },
    },
    {
      name: 'half-closed by the client',
      made: '7 connections; client shutdown(SHUT_WR); checked; the server sends, then closes',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await client.do(...each(slots, 'shutdown', 'write'));
        await world.shows(openBoth(7, 'fin_wait_2', 'close_wait'));
        await server.do(...each(slots, 'send', '100'), ...closes(slots));
        await client.do(...each(slots, 'drain'), ...closes(slots));
      },
      expect: both(7),
    },
    {
      name: 'half-closed by the server',
      made: '7 connections; server shutdown(SHUT_WR); checked; the client sends, then closes',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await server.do(...each(slots, 'shutdown', 'write'));
        await world.shows(openBoth(7, 'close_wait', 'fin_wait_2'));
        await client.do(...each(slots, 'send', '100'), ...closes(slots));
        await server.do(...each(slots, 'drain'), ...closes(slots));
      },
      expect: both(7),
    },
    {
      name: 'half-close, in bulk',
      made: '23 connections whose client shuts down its side and reads to the end',
      run: (world) => world.run('client', toItself(world, 'plain', 23, '--end', 'half')),
      expect: { client: { attempts: 23, successes: 23, accepts: 23 } },
    },
    {
      name: 'reset of a half-closed connection',
      made: '7 connections; client shutdown(SHUT_WR); the server closes with SO_LINGER 0',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await client.do(...each(slots, 'shutdown', 'write'));
        await server.do(...each(slots, 'set', 'linger 0'), ...closes(slots));
      },
      expect: both(7),
      // The server's end, from CLOSE_WAIT. The client's was FIN_WAIT2.
      kernel: { EstabResets: 7 },
    },
    {
      name: 'TIME_WAIT',
      made: '11 connections that the client closes first; its ports are in TIME_WAIT, its sockets are gone',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 11);
        await client.do(...closes(slots));
        await server.do(...each(slots, 'drain'), ...closes(slots));
        await world.shows(both(11));
        const waiting = await must((await world.namespace()).command('ss', '--tcp', '--no-header', 'state', 'time-wait'));
        if (waiting.trim().split('\n').length !== 11) throw new Error(`not 11 in TIME_WAIT:\n${waiting}`);
      },
      expect: both(11),
    },
    {
      name: 'orphans in FIN_WAIT2',
      made: '7 connections that only the client closes; the kernel frees them after tcp_fin_timeout, 1 s',
      load: 'slow',
      run: async (world) => {
        await world.sysctl({ 'net.ipv4.tcp_fin_timeout': 1 });
        const { client, slots } = await connected(world, 7);
        await client.do(...closes(slots));
        await world.shows({ ...openBoth(7, '', 'close_wait'), client: both(7).client });
      },
      expect: both(7),
    },
    {
      name: 'both close at once',
      made: '7 connections; packets with FIN are dropped while both sides close; their retransmits cross (CLOSING)',
      load: 'slow',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await world.filter(['tcp flags & fin == fin drop']);
        await client.do(...closes(slots));
        await server.do(...closes(slots));
        await world.filter([]);
        await client.do('sleep 1500');
      },
      expect: both(7),
    },
    {
      name: 'killed with open connections',
      made: '11 connections, SIGKILL to the client; the server reads the end',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 11);
        await world.kill(client, { attempts: 11, successes: 11, failures: {}, accepts: 0 });
        await server.do(...each(slots, 'drain'), ...closes(slots));
      },
      expect: both(11),
    },
    {
      name: 'connections aborted from outside',
      made: '7 connections, `ss --kill` on the client’s side: ECONNABORTED, a reset to the server',
      run: async (world) => {
        await connected(world, 7);
        await must((await world.namespace()).command('ss', '--kill', '--no-header', 'state', 'established', 'dport', '=', `:${PORT}`));
      },
      expect: both(7),
      kernel: { EstabResets: 14 },
    },
    {
      name: 'time-out of a connection: TCP_USER_TIMEOUT',
      made: '3 connections with TCP_USER_TIMEOUT 500 ms; everything is dropped, the client sends: ETIMEDOUT',
      load: 'slow',
      run: async (world) => {
        const { client, slots } = await connected(world, 3);
        await client.do(...each(slots, 'set', 'user-timeout 500'));
        await world.filter([`tcp dport ${PORT} drop`, `tcp sport ${PORT} drop`]);
        await client.do(...each(slots, 'send', '10'));
        for (const slot of slots) await client.fails('ETIMEDOUT', `receive ${slot} 1`);
        await client.do(...closes(slots));
        await world.filter([]);
      },
      expect: both(3),
      // The server's ends are closed by their owner with nobody there: a FIN, answered by a reset that comes too late.
      kernel: { EstabResets: 3 },
    },
    {
      name: 'time-out of a connection: keepalive',
      made: '3 connections with keepalive (idle 1 s, once, after 1 s); everything is dropped: ETIMEDOUT',
      load: 'slow',
      run: async (world) => {
        const { client, slots } = await connected(world, 3);
        await client.do(...slots.flatMap((slot) => [`set ${slot} keep-idle 1`, `set ${slot} keep-interval 1`, `set ${slot} keep-count 1`, `set ${slot} keepalive`]));
        await world.filter([`tcp dport ${PORT} drop`, `tcp sport ${PORT} drop`]);
        for (const slot of slots) await client.fails('ETIMEDOUT', `receive ${slot} 1`);
        await client.do(...closes(slots));
        await world.filter([]);
      },
      expect: both(3),
      kernel: { EstabResets: 3 },
    },
  ],
};
