import type { Chapter } from '../case.ts';
import type { Actor } from '../world/actor.ts';
import { CLOSED_PORT, type World } from '../world/world.ts';
import { accepts, closes, connects, numbers, PORT, server, sockets } from './steps.ts';

/** net.ipv4.tcp_fastopen: client and server, with and without cookies. */
const WITHOUT_COOKIE = { 'net.ipv4.tcp_fastopen': 0x3 | 0x4 | 0x200 };
const WITH_COOKIE = { 'net.ipv4.tcp_fastopen': 0x3 };

async function fastServer(world: World, settings: Readonly<Record<string, number>> = WITHOUT_COOKIE): Promise<Actor> {
  await world.sysctl(settings);
  return server(world, { settings: ['set 0 fastopen 64'] });
}

const fast = (world: World, slots: readonly number[], port = PORT) => slots.map((slot) => `fastopen ${slot} ${world.here} ${port} 10`);
const receives = (slots: readonly number[]) => slots.map((slot) => `receive ${slot} 10`);

const withoutLastAck = (world: World) => world.filter([`tcp dport ${PORT} tcp flags & (syn | ack) == ack drop`]);
const withoutSynAck = (world: World) => world.filter([`tcp sport ${PORT} tcp flags & (syn | ack) == (syn | ack) drop`]);

export const fastOpen: Chapter = {
  title: 'TCP Fast Open',
  cases: [
    {
      name: 'data in the SYN',
      made: '7 connects by sendto(MSG_FASTOPEN), no cookie needed; the server gets the data before the last ACK',
      run: async (world) => {
        const serving = await fastServer(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...fast(world, numbers(7)));
        await serving.do(...accepts(numbers(7)), ...receives(numbers(7)));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'with a cookie',
      made: '7 connects by sendto(MSG_FASTOPEN): the first requests a cookie, the others use it',
      run: async (world) => {
        const serving = await fastServer(world, WITH_COOKIE);
        const client = await world.actor('client');
        for (const slot of numbers(7)) {
          await client.do(...sockets(world, [slot]), ...fast(world, [slot]));
          await serving.do(...accepts([slot]), ...receives([slot]));
        }
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'refused',
      made: '7 times sendto(MSG_FASTOPEN) to a closed port',
      run: async (world) => {
        await world.sysctl(WITHOUT_COOKIE);
        const client = await world.actor('client');
        await client.ask(...sockets(world, numbers(7)), ...fast(world, numbers(7), CLOSED_PORT));
      },
      expect: { client: { attempts: 7, failures: { refused: 7 } } },
    },
    {
      name: 'deferred to the first write',
      made: '7 times TCP_FASTOPEN_CONNECT: connect() sends nothing, the first write does',
      run: async (world) => {
        const serving = await fastServer(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7), 'fastopen-connect'), ...connects(numbers(7), world.here));
        await client.do(...numbers(7).map((slot) => `send ${slot} 10`));
        await serving.do(...accepts(numbers(7)), ...receives(numbers(7)));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'deferred, and no write comes',
      made: '7 times TCP_FASTOPEN_CONNECT, connect(), close(): closed before a SYN is sent',
      run: async (world) => {
        await fastServer(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7), 'fastopen-connect'), ...connects(numbers(7), world.here), ...closes(numbers(7)));
      },
      expect: { client: { attempts: 7, failures: { cancelled: 7 } }, server: {} },
      unsent: 7,
    },
    ...([['AF_UNSPEC', 'unspec', ''], ['shutdown()', 'shutdown', 'both']] as const).map(([by, command, how]) => ({
      name: `deferred, and taken back: ${by}`,
      made: `7 times TCP_FASTOPEN_CONNECT, connect(), ${by === 'AF_UNSPEC' ? 'connect(AF_UNSPEC)' : by} before a SYN; 3 of the sockets connect again and write`,
      run: async (world) => {
        const serving = await fastServer(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7), 'fastopen-connect'), ...connects(numbers(7), world.here));
        await client.do(...numbers(7).map((slot) => `${command} ${slot} ${how}`));
        await client.do(...connects(numbers(3), world.here), ...numbers(3).map((slot) => `send ${slot} 10`));
        await serving.do(...accepts(numbers(3)), ...receives(numbers(3)));
      },
      expect: { client: { attempts: 10, successes: 3, failures: { cancelled: 7 } }, server: { accepts: 3 } },
      unsent: 7,
    }) satisfies Chapter['cases'][number]),
    {
      name: 'reset while half-open',
      made: '3 times data in the SYN, the SYN-ACK is lost, the client closes; a reset answers the retransmitted SYN-ACK',
      load: 'slow',
      run: async (world) => {
        const serving = await fastServer(world);
        await withoutSynAck(world);
        const client = await world.actor('client');
        await client.ask(...sockets(world, numbers(3), 'nonblock'), ...fast(world, numbers(3)));
        await serving.do(...accepts(numbers(3)), ...receives(numbers(3)));
        await client.do(...closes(numbers(3)));
        await world.filter([]);
        await client.do('sleep 1500');
      },
      // accept() gave them to the server, which read their data; none was ever established.
      expect: { client: { attempts: 3, failures: { cancelled: 3 } }, server: { accepts: 3 } },
      kernel: { AttemptFails: 6 },
    },
    {
      name: 'answered and closed before the last ACK',
      made: '3 times data in the SYN; the client’s ACKs are lost; the server responds and closes (SYN_RECV to FIN_WAIT1)',
      run: async (world) => {
        const serving = await fastServer(world);
        await withoutLastAck(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(3)), ...fast(world, numbers(3)));
        await serving.do(...accepts(numbers(3)), ...receives(numbers(3)), ...numbers(3).map((slot) => `send ${slot} 10`), ...closes(numbers(3)));
        await client.do(...receives(numbers(3)));
        await world.filter([]);
        await client.do(...closes(numbers(3)));
      },
      expect: { client: { attempts: 3, successes: 3 }, server: { accepts: 3 } },
    },
  ],
};
