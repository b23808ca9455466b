import { must } from '../../harness/run.ts';
import type { Chapter } from '../case.ts';
import { accepts, closes, connects, connectsGiven, digit, numbers, PORT, server, sockets, toItself } from './steps.ts';

export const namespaces: Chapter = {
  title: 'Network namespaces',
  cases: [
    {
      name: 'the same addresses and ports in four namespaces',
      made: '4 namespaces; in each, 127.0.0.1:45001 (or ::1) connects to port 9000, at the same time',
      run: async (world) => {
        for (const index of numbers(4, 0)) {
          const serving = await server(world, { role: `server ${index}`, index });
          const client = await world.actor(`client ${index}`, index);
          await client.do(...sockets(world, [1]), `bind 1 ${world.here} 45001`, ...connects([1], world.here));
          await serving.do(...accepts([1]));
        }
        const open = (role: string) => ({ [`${role} established`]: 1 });
        const now = numbers(4, 0).flatMap((index) => [
          [`client ${index}`, { attempts: 1, successes: 1, open: open('client') }],
          [`server ${index}`, { accepts: 1, open: open('server') }],
        ]);
        await world.shows(Object.fromEntries(now) as Parameters<typeof world.shows>[0]);
      },
      expect: Object.fromEntries(
        numbers(4, 0).flatMap((index) => [
          [`client ${index}`, { attempts: 1, successes: 1 }],
          [`server ${index}`, { accepts: 1 }],
        ]),
      ),
    },
    {
      name: 'from one namespace to another',
      made: '11 connects through a pair of devices to a listener in another namespace',
      run: async (world) => {
        const [, there] = await world.pair();
        const serving = await server(world, { index: 1, address: there });
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(11)), ...connects(numbers(11), there));
        await serving.do(...accepts(numbers(11)), ...closes(numbers(11)));
        await client.do(...numbers(11).map((slot) => `drain ${slot}`), ...closes(numbers(11)));
      },
      expect: { client: { attempts: 11, successes: 11 }, server: { accepts: 11 } },
    },
    {
      name: 'the link goes down',
      made: '7 connects through the pair of devices after its other end was set down',
      load: 'slow',
      run: async (world) => {
        const [, there] = await world.pair();
        await world.sysctl({ 'net.ipv4.tcp_syn_retries': 1 });
        await must(['ip', '-n', (await world.namespace(1)).name, 'link', 'set', 'pair', 'down']);
        const client = await world.actor('client');
        await client.ask(...sockets(world, numbers(7), 'nonblock'), ...connects(numbers(7), there), ...numbers(7).map((slot) => `wait ${slot} 8000`));
      },
      // No carrier, so no neighbour: the kernel tells after three requests, or the SYNs run out before.
      expect: { client: { attempts: 7, failures: { timeout: 7 } } },
      families: ['IPv4'],
    },
    {
      name: 'made and gone at once',
      made: '10 namespaces; in each, a process makes 5 refused connects and ends; then the namespace is deleted',
      run: async (world) => {
        for (const index of numbers(10, 0)) {
          await world.run('client', ['plain', '--port', '7', '--address', world.here, '--count', '5', '--check-snmp'], index);
          await must(['ip', 'netns', 'delete', (await world.namespace(index)).name]);
        }
      },
      expect: { client: { attempts: 50, failures: { refused: 50 } } },
      kernel: 'gone',
    },
    {
      name: 'a socket of another namespace',
      made: '3 sockets made in one namespace and passed to a process in another, which connects: they count in the first',
      run: (world) => connectsGiven(world, 3, 1),
      expect: { maker: {}, client: { attempts: 3, successes: 3 }, server: { accepts: 3 } },
    },
    {
      name: 'addresses of a network of containers',
      made: '2 namespaces on a pair of devices, each with a listener that the other one connects to, 9 times each',
      run: async (world) => {
        const addresses = await world.pair();
        for (const index of [0, 1]) await server(world, { role: `server ${index}`, index, address: addresses[index]! });
        for (const index of [0, 1]) {
          const client = await world.actor(`client ${index}`, index);
          await client.do(...numbers(9).flatMap((slot) => [`socket ${slot} ${digit(world)}`, `connect ${slot} ${addresses[1 - index]} ${PORT}`]));
        }
      },
      expect: {
        'client 0': { attempts: 9, successes: 9 },
        'client 1': { attempts: 9, successes: 9 },
        'server 0': { accepts: 9 },
        'server 1': { accepts: 9 },
      },
      kernel: { EstabResets: 36 },
    },
    {
      name: 'in bulk, four at once',
      made: '4 namespaces, 300 connects in each at the same time',
      run: (world) => Promise.all(numbers(4, 0).map((index) => world.run('client', toItself(world, 'plain', 300), index))),
      expect: { client: { attempts: 1200, successes: 1200, accepts: 1200 } },
    },
  ],
};
