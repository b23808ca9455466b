import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { until } from '../../harness/until.ts';
import type { Chapter } from '../case.ts';
import type { Actor } from '../world/actor.ts';
import { CLOSED_PORT, type World } from '../world/world.ts';
import { accepts, bulk, closes, connected, connects, digit, numbers, PORT, server, sockets, toItself } from './steps.ts';

const TCP_CLOSE = 7;

/** Two processes that will meet: the first one's socket has sent a SYN to the port of the second, which was dropped as later ones are. */
async function halfMet(world: World): Promise<readonly [Actor, Actor]> {
  const [one, two] = [await world.actor('client'), await world.actor('other')];
  await world.filter(['tcp dport 42002 drop']);
  await one.ask(`socket 0 ${digit(world)}`, 'set 0 nonblock', `bind 0 ${world.here} 42001`, `connect 0 ${world.here} 42002`);
  return [one, two];
}

/** A non-blocking connect that is refused; the error stays in the socket. */
async function refusedUnread(world: World, client: Actor, slot: number): Promise<void> {
  await client.fails('EINPROGRESS', `set ${slot} nonblock`, `connect ${slot} ${world.here} ${CLOSED_PORT} unread`);
  await until(async () => (await client.do(`state ${slot}`))['state'], TCP_CLOSE, { every: 1 });
}

export const reuse: Chapter = {
  title: 'Sockets used again, bound, or connected in other ways',
  cases: [
    {
      name: 'three connects on one socket',
      made: '9 times: refused, accepted, connect(AF_UNSPEC), accepted',
      run: (world) => world.run('client', toItself(world, 'reuse', 9, '--refused-port', `${CLOSED_PORT}`)),
      expect: { client: { attempts: 27, successes: 18, failures: { refused: 9 }, accepts: 18 } },
      // connect(AF_UNSPEC) from CLOSE_WAIT.
      kernel: { EstabResets: 9 },
    },
    {
      name: 'connect(AF_UNSPEC) while connecting, then again',
      made: '5 times: an unanswered connect, AF_UNSPEC, an accepted connect',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        for (const slot of numbers(5)) {
          await client.ask(...sockets(world, [slot], 'nonblock'), ...connects([slot], world.here, SILENT_PORT), `unspec ${slot}`);
          await client.ask(...connects([slot], world.here), `wait ${slot} 1000`);
          await serving.do(...accepts([slot]));
        }
      },
      expect: { client: { attempts: 10, successes: 5, failures: { cancelled: 5 } }, server: { accepts: 5 } },
    },
    {
      name: 'given up with an old error in the socket',
      made: '5 times: an unanswered connect, AF_UNSPEC (leaves ECONNRESET in the socket), another unanswered connect, closed at once',
      run: async (world) => {
        const client = await world.actor('client');
        for (const slot of numbers(5)) {
          const connect = connects([slot], world.here, SILENT_PORT);
          await client.ask(...sockets(world, [slot], 'nonblock'), ...connect, `unspec ${slot}`, ...connect, `close ${slot}`);
        }
      },
      expect: { client: { attempts: 10, failures: { cancelled: 10 } } },
    },
    {
      name: 'no local port with an old error in the socket',
      made: '5 times: a refused connect whose error is not read, AF_UNSPEC, a connect whose local port is taken: EADDRNOTAVAIL',
      run: async (world) => {
        await server(world);
        const client = await world.actor('client');
        const bound = (slot: number) => [...sockets(world, [slot], 'reuseaddr'), `bind ${slot} ${world.here} 40000`];
        await client.do(...bound(0), ...connects([0], world.here));
        for (const slot of numbers(5)) {
          await client.do(...bound(slot));
          await refusedUnread(world, client, slot);
          await client.fails('EADDRNOTAVAIL', `unspec ${slot}`, ...connects([slot], world.here));
        }
      },
      expect: { client: { attempts: 11, successes: 1, failures: { refused: 5, address_unavailable: 5 } }, server: { accepts: 1 } },
      kernel: { EstabResets: 2 },
      truth: false,
    },
    {
      name: 'connect(AF_UNSPEC) on a connection',
      made: '5 accepted connections, AF_UNSPEC by the client, the same sockets connect again',
      run: async (world) => {
        const { client, server: serving, slots } = await connected(world, 5);
        await client.do(...slots.map((slot) => `unspec ${slot}`), ...connects(slots, world.here));
        await serving.do(...slots.map((slot) => `accept 0 ${slot + 5}`));
        await client.do(...closes(slots));
      },
      expect: { client: { attempts: 10, successes: 10 }, server: { accepts: 10 } },
      kernel: { EstabResets: 10 },
    },
    {
      name: 'a second connect() on a socket that connects',
      made: '5 pending connects, connect() again (EALREADY), closed',
      run: async (world) => {
        const client = await world.actor('client');
        const slots = numbers(5);
        const connect = connects(slots, world.here, SILENT_PORT);
        await client.ask(...sockets(world, slots, 'nonblock'), ...connect);
        await client.fails('EALREADY', ...connect);
      },
      expect: { client: { attempts: 5, failures: { cancelled: 5 } } },
    },
    {
      name: 'bound to a port',
      made: '7 sockets, each bound to a port of its own, connect',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        const slots = numbers(7);
        await client.do(...sockets(world, slots), ...slots.map((slot) => `bind ${slot} ${world.here} ${41_000 + slot}`), ...connects(slots, world.here));
        await serving.do(...accepts(slots));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'non-blocking, one never asked about',
      made: '7 non-blocking connects to a closed port; nobody reads SO_ERROR before the close',
      run: async (world) => {
        const client = await world.actor('client');
        const slots = numbers(7);
        await client.do(...sockets(world, slots));
        for (const slot of slots) await refusedUnread(world, client, slot);
      },
      expect: { client: { attempts: 7, failures: { refused: 7 } } },
      truth: false,
    },
    ...(['uring', 'uring worker'] as const).map((kind) => ({
      name: kind === 'uring' ? 'io_uring' : 'io_uring, by a worker thread of the kernel',
      made: `7 accepted and 5 refused connects by IORING_OP_CONNECT${kind === 'uring' ? '' : ' with IOSQE_ASYNC'}`,
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        const [call = '', worker = ''] = kind.split(' ');
        const connect = (slots: readonly number[], port: number) => slots.map((slot) => `${call} ${slot} ${world.here} ${port} ${worker}`);
        await client.do(...sockets(world, numbers(12)), ...connect(numbers(7), PORT));
        await serving.do(...accepts(numbers(7)));
        await client.ask(...connect(numbers(5, 8), CLOSED_PORT));
      },
      expect: { client: { attempts: 12, successes: 7, failures: { refused: 5 } }, server: { accepts: 7 } },
    }) satisfies Chapter['cases'][number]),
    {
      name: 'IPv4 in an IPv6 socket',
      made: '7 connects to ::ffff:127.0.0.1, accepted, 5 refused; a dual-stack listener',
      families: ['IPv6'],
      run: async (world) => {
        const serving = await server(world, { address: '::' });
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(12)), ...connects(numbers(7), '::ffff:127.0.0.1'));
        await serving.do(...accepts(numbers(7)));
        await client.ask(...connects(numbers(5, 8), '::ffff:127.0.0.1', CLOSED_PORT));
      },
      expect: { client: { attempts: 12, successes: 7, failures: { refused: 5 } }, server: { accepts: 7 } },
    },
    {
      name: 'two families, one listener',
      made: 'a dual-stack listener accepts 5 connects over IPv4 and 7 over IPv6',
      families: ['IPv6'],
      run: async (world) => {
        const serving = await server(world, { address: '::' });
        const client = await world.actor('client');
        await client.do(...numbers(5).flatMap((slot) => [`socket ${slot} 4`, `connect ${slot} 127.0.0.1 ${PORT}`]));
        await client.do(...numbers(7, 6).flatMap((slot) => [`socket ${slot} 6`, `connect ${slot} ::1 ${PORT}`]));
        await serving.do(...accepts(numbers(12)));
      },
      expect: { client: { attempts: 12, successes: 12 }, server: { accepts: 12 } },
    },
    {
      name: 'simultaneous open',
      made: 'two bound sockets connect to each other; the first SYN of one is dropped',
      run: async (world) => {
        const [one, two] = await halfMet(world);
        await world.filter([]);
        await two.do(`socket 0 ${digit(world)}`, `bind 0 ${world.here} 42002`, `connect 0 ${world.here} 42001`);
        await one.do('wait 0 5000');
      },
      expect: { client: { attempts: 1, successes: 1 }, other: { attempts: 1, successes: 1 } },
    },
    {
      name: 'simultaneous open, closed before it is established',
      made: 'the same, but the SYN-ACKs are dropped, the socket in SYN_RECV is closed, then the other one',
      load: 'slow',
      run: async (world) => {
        const [one, two] = await halfMet(world);
        await world.filter(['tcp flags & ack == ack drop']);
        await two.ask(`socket 0 ${digit(world)}`, 'set 0 nonblock', `bind 0 ${world.here} 42002`, `connect 0 ${world.here} 42001`);
        await one.do('close 0');
        await two.do('close 0');
        // The FIN that is sent again meets nobody.
        await world.filter([]);
        await one.do('sleep 1500');
      },
      expect: { client: { attempts: 1, failures: { cancelled: 1 } }, other: { attempts: 1, failures: { cancelled: 1 } } },
    },
    {
      name: 'reset in the handshake',
      made: 'the same, but the other socket is closed: the retransmitted SYN-ACK finds no socket, so a reset comes back to SYN_RECV',
      load: 'slow',
      run: async (world) => {
        const [one, two] = await halfMet(world);
        await world.filter(['tcp flags & ack == ack drop']);
        await two.ask(`socket 0 ${digit(world)}`, 'set 0 nonblock', `bind 0 ${world.here} 42002`, `connect 0 ${world.here} 42001`, 'close 0');
        await world.filter([]);
        await one.ask('wait 0 10000');
      },
      expect: { client: { attempts: 1, failures: { reset: 1 } }, other: { attempts: 1, failures: { cancelled: 1 } } },
    },
    {
      name: 'self-connect',
      made: '5 sockets, each bound to a port of its own, connect to that port',
      run: async (world) => {
        const client = await world.actor('client');
        for (const slot of numbers(5)) {
          await client.do(`socket ${slot} ${digit(world)}`, `bind ${slot} ${world.here} ${43_000 + slot}`, `connect ${slot} ${world.here} ${43_000 + slot}`);
        }
      },
      expect: { client: { attempts: 5, successes: 5 } },
    },
    {
      name: 'many source addresses',
      made: '64 connects from 64 addresses of 127.1.0.0/16 by 4 threads',
      families: ['IPv4'],
      run: (world) => world.run('client', toItself(world, 'plain', 64, '--sources', '64', '--threads', '4')),
      expect: { client: { attempts: 64, successes: 64, accepts: 64 } },
    },
    {
      name: 'every address of loopback is a peer of its own',
      made: '3 connects each to ports 1 to 5, refused',
      run: async (world) => {
        for (const port of numbers(5)) await world.run('client', bulk(world, 'plain', port, 3));
      },
      expect: { client: { attempts: 15, failures: { refused: 15 } } },
    },
  ],
};
