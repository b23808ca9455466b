import { must } from '../../harness/run.ts';
import type { Chapter } from '../case.ts';
import type { World } from '../world/world.ts';
import { accepts, closes, connects, listen, numbers, PORT, server, sockets, waits } from './steps.ts';

/** Lets the SYN-ACKs of the case's listener through or not. */
const withoutSynAck = (world: World) => world.filter([`tcp sport ${PORT} tcp flags & (syn | ack) == (syn | ack) drop`]);
const withoutLastAck = (world: World) => world.filter([`tcp dport ${PORT} tcp flags & (syn | ack) == ack drop`]);

/** A listening socket that its process has passed on to another one. */
async function passedOn(world: World) {
  const serving = await server(world);
  const other = await world.actor('other');
  const path = world.path('listener');
  await Promise.all([other.do(`take 0 ${path}`), serving.do(`pass 0 ${path}`)]);
  return { serving, other };
}

export const listeners: Chapter = {
  title: 'Listeners',
  cases: [
    {
      name: 'two listeners on one port (SO_REUSEPORT)',
      made: '64 connects to a port on which two processes listen; each connection belongs to one of them',
      run: async (world) => {
        const [one, two] = [
          await server(world, { settings: ['set 0 reuseport'] }),
          await server(world, { role: 'other', settings: ['set 0 reuseport'] }),
        ];
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(64)), ...connects(numbers(64), world.here));
        const [first, second] = [Number((await one.do('queue 0'))['length']), Number((await two.do('queue 0'))['length'])];
        await world.shows({ server: { accepts: first, open: { 'server established': first } }, other: { accepts: second, open: { 'server established': second } } });
        await one.do(...accepts(numbers(first)));
        await two.do(...accepts(numbers(second)));
      },
      // Which of the two gets how many is the kernel's choice, so that is compared on the way.
      expect: { client: { attempts: 64, successes: 64 } },
      kernel: { PassiveOpens: 64 },
    },
    {
      name: 'never accepted',
      made: '7 connections in the accept queue, checked; the listener closes, which resets them',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here));
        await world.shows({
          client: { attempts: 7, successes: 7, open: { 'client established': 7 } },
          server: { accepts: 7, open: { 'server established': 7 } },
        });
        await world.end(serving);
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
      kernel: { EstabResets: 14 },
    },
    {
      name: 'closed by the client before it is accepted',
      made: '7 connections that the client closes while they are in the accept queue; then they are accepted',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here), ...closes(numbers(7)));
        await serving.do(...accepts(numbers(7)), ...closes(numbers(7)));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'accepted by another process than the listener',
      made: 'the listening socket is passed by SCM_RIGHTS; the other process accepts 7 connections: they belong to the process that called listen()',
      run: async (world) => {
        const { other } = await passedOn(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here));
        await other.do(...accepts(numbers(7)));
      },
      // Who has called accept() knows of them, but the kernel had made them the listener's.
      truth: false,
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 }, other: {} },
    },
    {
      name: 'the listener’s process is gone',
      made: 'the same, and the process that called listen() ends 1.5 s before the first connect, as a daemon’s parent does',
      load: 'slow',
      run: async (world) => {
        const { serving, other } = await passedOn(world);
        await world.end(serving);
        const client = await world.actor('client');
        await client.do('sleep 1500', ...sockets(world, numbers(7)), ...connects(numbers(7), world.here));
        await other.do(...accepts(numbers(7)));
      },
      truth: false,
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 }, other: {} },
    },
    {
      name: 'SYN cookies',
      made: '23 connects; tcp_syncookies 2: the listener stores nothing for a SYN',
      run: async (world) => {
        await world.sysctl({ 'net.ipv4.tcp_syncookies': 2 });
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(23)), ...connects(numbers(23), world.here));
        await serving.do(...accepts(numbers(23)));
      },
      expect: { client: { attempts: 23, successes: 23 }, server: { accepts: 23 } },
    },
    {
      name: 'TCP_DEFER_ACCEPT, with data',
      made: '7 connects to a listener that waits for data; the clients send; accepted',
      run: async (world) => {
        const serving = await server(world, { settings: ['set 0 defer-accept 5'] });
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here));
        await world.shows({ client: { attempts: 7, successes: 7, open: { 'client established': 7 } }, server: {} });
        await client.do(...numbers(7).map((slot) => `send ${slot} 10`));
        await serving.do(...accepts(numbers(7)), ...numbers(7).map((slot) => `receive ${slot} 10`));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'TCP_DEFER_ACCEPT, without data',
      made: '7 connects to a listener that waits for data; the clients close without sending: the listener never gets a connection',
      run: async (world) => {
        await server(world, { settings: ['set 0 defer-accept 5'] });
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here), ...closes(numbers(7)));
      },
      // The FIN is what wakes the listener: a child in CLOSE_WAIT.
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
      kernel: { EstabResets: 7 },
    },
    {
      name: 'half-open, reset',
      made: '5 connects whose SYN-ACK is lost, closed; a reset answers the retransmitted SYN-ACK',
      load: 'slow',
      run: async (world) => {
        await server(world);
        await withoutSynAck(world);
        const client = await world.actor('client');
        await client.ask(...sockets(world, numbers(5), 'nonblock'), ...connects(numbers(5), world.here), ...closes(numbers(5)));
        await world.filter([]);
        await client.do('sleep 1500');
      },
      expect: { client: { attempts: 5, failures: { cancelled: 5 } }, server: {} },
      kernel: { AttemptFails: 5, EmbryonicRsts: 5 },
    },
    {
      name: 'half-open, never answered',
      made: '5 connects whose last ACK is lost: established only for the client; tcp_synack_retries 1',
      load: 'slow',
      run: async (world) => {
        await world.sysctl({ 'net.ipv4.tcp_synack_retries': 1 });
        await server(world);
        await withoutLastAck(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(5)), ...connects(numbers(5), world.here), 'sleep 4000');
        await world.filter([]);
      },
      expect: { client: { attempts: 5, successes: 5 }, server: {} },
    },
    {
      name: 'a full queue resets (tcp_abort_on_overflow)',
      made: 'the last ACKs of 2 connects are lost; 3 others fill the queue; then the 2 send: established for the client, reset',
      run: async (world) => {
        await world.sysctl({ 'net.ipv4.tcp_abort_on_overflow': 1 });
        const serving = await server(world, { backlog: 2 });
        await world.filter(['tcp sport { 44001, 44002 } tcp flags & (syn | ack) == ack drop']);
        const client = await world.actor('client');
        const lost = [1, 2].flatMap((slot) => [...sockets(world, [slot]), `bind ${slot} ${world.here} ${44_000 + slot}`]);
        await client.do(...lost, ...connects([1, 2], world.here), ...sockets(world, [3, 4, 5]), ...connects([3, 4, 5], world.here));
        await world.filter([]);
        await client.do('send 1 1', 'send 2 1', ...waits([1, 2], 1000));
        await serving.do(...accepts([1, 2, 3]));
      },
      expect: { client: { attempts: 5, successes: 5 }, server: { accepts: 3 } },
      kernel: { EstabResets: 2, EmbryonicRsts: 2 },
    },
    {
      name: 'listens again and again',
      made: '5 times: listen, 3 connects, accept, close',
      run: async (world) => {
        const serving = await world.actor('server');
        const client = await world.actor('client');
        for (const round of numbers(5)) {
          const slots = numbers(3, 10 * round);
          await serving.do(...listen(world, world.here));
          await client.do(...sockets(world, slots), ...connects(slots, world.here));
          await serving.do(...accepts(slots), ...closes(slots), 'close 0');
        }
      },
      expect: { client: { attempts: 15, successes: 15 }, server: { accepts: 15 } },
    },
    {
      name: 'many ports',
      made: 'one process listens on 20 ports and gets 2 connections on each',
      run: async (world) => {
        const serving = await world.actor('server');
        const client = await world.actor('client');
        for (const port of numbers(20)) {
          const slots = [2 * port + 100, 2 * port + 101];
          await serving.do(...sockets(world, [port]), `bind ${port} ${world.here} ${port}`, `listen ${port} 8`);
          await client.do(...sockets(world, slots), ...connects(slots, world.here, port));
          await serving.do(...slots.map((slot) => `accept ${port} ${slot}`));
        }
      },
      expect: { client: { attempts: 40, successes: 40 }, server: { accepts: 40 } },
    },
    {
      name: 'a namespace is deleted with its listener',
      made: '7 connections in a namespace whose name is removed and whose last process then ends',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(7), world.here));
        await serving.do(...accepts(numbers(7)));
        await must(['ip', 'netns', 'delete', (await world.namespace()).name]);
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
      kernel: 'gone',
    },
  ],
};
