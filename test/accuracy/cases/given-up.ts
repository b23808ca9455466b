import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { must } from '../../harness/run.ts';
import type { Chapter } from '../case.ts';
import type { World } from '../world/world.ts';
import { closes, connects, numbers, PORT, server, sockets } from './steps.ts';

/** A process with so many connects that nobody answers. */
async function waiting(world: World, count: number) {
  const client = await world.actor('client');
  const slots = numbers(count);
  await client.ask(...sockets(world, slots, 'nonblock'), ...connects(slots, world.here, SILENT_PORT));
  return { client, slots };
}

const attempted = (count: number) => ({ attempts: count, successes: 0, failures: {}, accepts: 0 });

export const givenUp: Chapter = {
  title: 'Given up by its owner, or taken from it',
  cases: [
    {
      name: 'killed while connecting',
      made: '13 pending connects, SIGKILL at once',
      run: async (world) => {
        const { client } = await waiting(world, 13);
        await world.kill(client, { ...attempted(13), failures: { cancelled: 13 } });
      },
      expect: { client: { attempts: 13, failures: { cancelled: 13 } } },
    },
    {
      name: 'killed while connecting, after a SYN was sent again',
      made: '13 pending connects, SIGKILL after 1.5 s',
      load: 'slow',
      run: async (world) => {
        const { client } = await waiting(world, 13);
        await client.do('sleep 1500');
        await world.kill(client, { ...attempted(13), failures: { unanswered: 13 } });
      },
      expect: { client: { attempts: 13, failures: { unanswered: 13 } } },
    },
    {
      name: 'killed in a blocking connect()',
      made: '13 threads wait in connect(), SIGKILL',
      run: (world) =>
        world.run('client', ['kill', '--port', `${SILENT_PORT}`, '--address', world.here, '--count', '13', '--check-snmp']),
      expect: { client: { attempts: 13, failures: { cancelled: 13 } } },
    },
    {
      name: 'loser of happy eyeballs',
      made: '5 times: connect over IPv6, where SYNs are dropped, and over IPv4, which succeeds; the IPv6 socket is closed',
      families: ['IPv6'],
      run: async (world) => {
        const serving = await world.actor('server');
        await serving.do('socket 0 4', `bind 0 127.0.0.1 ${PORT}`, 'listen 0 16');
        await world.filter([`ip6 daddr ::1 tcp dport ${PORT} drop`]);
        const client = await world.actor('client');
        for (const round of numbers(5)) {
          await client.ask('socket 0 6', 'set 0 nonblock', `connect 0 ::1 ${PORT}`);
          await client.do(`socket ${round} 4`, `connect ${round} 127.0.0.1 ${PORT}`, 'close 0');
        }
      },
      expect: { client: { attempts: 10, successes: 5, failures: { cancelled: 5 } }, server: { accepts: 5 } },
      kernel: { EstabResets: 10 },
    },
    {
      name: 'shutdown() while connecting',
      made: '7 pending connects, shutdown(SHUT_WR)',
      run: async (world) => {
        const { client, slots } = await waiting(world, 7);
        await client.ask(...slots.map((slot) => `shutdown ${slot} write`));
      },
      expect: { client: { attempts: 7, failures: { cancelled: 7 } } },
    },
    {
      name: 'SO_LINGER 0 while connecting',
      made: '7 pending connects, closed with SO_LINGER 0',
      run: async (world) => {
        const { client, slots } = await waiting(world, 7);
        await client.do(...slots.map((slot) => `set ${slot} linger 0`), ...closes(slots));
      },
      expect: { client: { attempts: 7, failures: { cancelled: 7 } } },
    },
    {
      name: 'SO_SNDTIMEO ends connect()',
      made: '3 blocking connects to a port that drops SYNs return EINPROGRESS after 100 ms; closed',
      run: async (world) => {
        const client = await world.actor('client');
        for (const slot of numbers(3)) {
          await client.fails('EINPROGRESS', ...sockets(world, [slot], 'send-timeout 100'), ...connects([slot], world.here, SILENT_PORT));
        }
        await client.do(...closes(numbers(3)));
      },
      expect: { client: { attempts: 3, failures: { cancelled: 3 } } },
    },
    {
      name: 'a signal interrupts connect()',
      made: 'the first SYN is dropped, SIGALRM after 200 ms (EINTR), the second SYN is answered',
      load: 'slow',
      run: async (world) => {
        const serving = await server(world);
        await world.filter([`tcp dport ${PORT} drop`]);
        const client = await world.actor('client');
        await client.fails('EINTR', ...sockets(world, [1]), 'alarm 200', ...connects([1], world.here));
        await world.filter([]);
        await client.do('wait 1 10000');
        await serving.do('accept 0 1');
      },
      expect: { client: { attempts: 1, successes: 1 }, server: { accepts: 1 } },
    },
    {
      name: 'aborted from outside',
      made: '7 pending connects, `ss --kill`: ECONNABORTED',
      run: async (world) => {
        await waiting(world, 7);
        await must((await world.namespace()).command('ss', '--kill', '--no-header', 'state', 'syn-sent'));
      },
      expect: { client: { attempts: 7, failures: { other: 7 } } },
    },
    {
      name: 'pending',
      made: '11 connects to a port that drops SYNs, checked after 8 s, then closed',
      load: 'slow',
      run: async (world) => {
        const { client } = await waiting(world, 11);
        await client.do('sleep 8000');
        await world.shows({ client: { attempts: 11, pending: 11, open: { 'client syn_sent': 11 } } });
      },
      expect: { client: { attempts: 11, failures: { unanswered: 11 } } },
    },
  ],
};
