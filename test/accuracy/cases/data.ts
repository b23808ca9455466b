import type { Chapter } from '../case.ts';
import type { Actor } from '../world/actor.ts';
import { closes, connected, PORT, server, sockets } from './steps.ts';

const made = (count: number) => ({ client: { attempts: count, successes: count }, server: { accepts: count } });

/** On each of the connections, one after the other, and read there to the last byte. */
async function sends(from: Actor, to: Actor, slots: readonly number[], bytes: number): Promise<void> {
  await from.do(...slots.map((slot) => `send ${slot} ${bytes}`));
  await to.do(...slots.map((slot) => `receive ${slot} ${bytes}`));
}

/** What both ends have moved, per connection. */
const moved = (count: number, up: number, down: number) => ({
  client: { ...made(count).client, bytes: { receive: count * down, transmit: count * up } },
  server: { ...made(count).server, bytes: { receive: count * up, transmit: count * down } },
});

/** Bytes are payload: the kernel's own counters count SYN and FIN as well. */
export const data: Chapter = {
  title: 'What connections move',
  cases: [
    {
      name: 'both directions',
      made: '7 connections; on each the client sends 1,234 bytes and the server 567; the client closes first',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await sends(client, server, slots, 1234);
        await sends(server, client, slots, 567);
        await client.do(...closes(slots));
        await server.do(...closes(slots));
      },
      expect: moved(7, 1234, 567),
    },
    {
      name: 'nothing',
      made: '11 connections that are opened and closed; the server closes first',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 11);
        await server.do(...closes(slots));
        await client.do(...closes(slots));
      },
      expect: { client: { ...made(11).client, bytes: {} }, server: { ...made(11).server, bytes: {} } },
    },
    {
      name: 'a connection that stays open',
      made: '5 connections; the client sends 1,000 bytes on each, checked; 1,000 more, checked; then they are closed',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 5);
        const open = (role: string) => ({ [`${role} established`]: 5 });
        for (const up of [1000, 2000]) {
          await sends(client, server, slots, 1000);
          const { client: one, server: other } = moved(5, up, 0);
          await world.shows({
            client: { ...one, bytes: { transmit: 5 * up }, open: open('client') },
            server: { ...other, bytes: { receive: 5 * up }, open: open('server') },
          });
        }
      },
      expect: { client: { ...made(5).client, bytes: { transmit: 10_000 } }, server: { ...made(5).server, bytes: { receive: 10_000 } } },
    },
    {
      name: 'after half of it is closed',
      made: '7 connections; client shutdown(SHUT_WR); the server sends 777 bytes; closed',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await client.do(...slots.map((slot) => `shutdown ${slot} write`));
        await sends(server, client, slots, 777);
        await server.do(...closes(slots));
        await client.do(...closes(slots));
      },
      expect: { client: { ...made(7).client, bytes: { receive: 5439 } }, server: { ...made(7).server, bytes: { transmit: 5439 } } },
    },
    {
      name: 'resets by both sides',
      made: '11 accepted connections; the client closes 6 with SO_LINGER 0, the server 5',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 11);
        const resets = (some: readonly number[]) => [...some.map((slot) => `set ${slot} linger 0`), ...closes(some)];
        await client.do(...resets(slots.slice(0, 6)));
        await server.do(...resets(slots.slice(6)));
      },
      expect: {
        client: { ...made(11).client, resets: { receive: 5, transmit: 6 } },
        server: { ...made(11).server, resets: { receive: 6, transmit: 5 } },
      },
      kernel: { EstabResets: 22 },
    },
    {
      name: 'a reset because of unread data',
      made: '7 connections; the server sends 100 bytes; the client closes without reading them',
      run: async (world) => {
        const { client, server, slots } = await connected(world, 7);
        await server.do(...slots.map((slot) => `send ${slot} 100`));
        await client.do(...closes(slots));
      },
      expect: {
        client: { ...made(7).client, resets: { transmit: 7 }, bytes: { receive: 700 } },
        server: { ...made(7).server, resets: { receive: 7 }, bytes: { transmit: 700 } },
      },
      kernel: { EstabResets: 14 },
    },
    {
      name: 'SYNs that are sent again',
      made: '5 non-blocking connects to a port that drops the first SYN: each SYN is retransmitted once',
      load: 'slow',
      run: async (world) => {
        const serving = await server(world);
        await world.filter([`tcp dport ${PORT} drop`]);
        const client = await world.actor('client');
        const slots = [1, 2, 3, 4, 5];
        const begin = performance.now();
        await client.ask(...sockets(world, slots, 'nonblock'), ...slots.map((slot) => `connect ${slot} ${world.here} ${PORT}`));
        await world.filter([]);
        // The kernel sends the second SYN after a second, the third after three.
        if (performance.now() - begin > 900) throw new Error('the machine was too slow to let the second SYN through');
        await client.do(...slots.map((slot) => `wait ${slot} 10000`));
        await serving.do(...slots.map((slot) => `accept 0 ${slot}`));
      },
      expect: { client: { ...made(5).client, resent: 5 }, server: { accepts: 5 } },
    },
    {
      name: 'a queue that nobody empties',
      made: '4 connections in the accept queue of a listener, checked; accepted, checked',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        const slots = [1, 2, 3, 4];
        await client.do(...sockets(world, slots), ...slots.map((slot) => `connect ${slot} ${world.here} ${PORT}`));
        const open = { 'server established': 4 };
        await world.shows({ server: { accepts: 4, open, queued: 4 } });
        await serving.do(...slots.map((slot) => `accept 0 ${slot}`));
        await world.shows({ server: { accepts: 4, open, queued: 0 } });
      },
      expect: made(4),
    },
  ],
};
