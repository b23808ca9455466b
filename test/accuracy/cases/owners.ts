import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { Chapter } from '../case.ts';
import { CLOSED_PORT } from '../world/world.ts';
import { accepts, bulk, closes, connects, connectsGiven, numbers, PORT, server, sockets, toItself } from './steps.ts';

/** The executable's name, and in `tcp.connects_by_pid` pid and name of the process, which are compared in every case. */
export const owners: Chapter = {
  title: 'Whose it is',
  cases: [
    {
      name: 'a thread connects',
      made: '7 connects by threads named pool-1-thread-7: they count for the process',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...numbers(7).map((slot) => `thread ${slot} ${world.here} ${PORT}`));
        await serving.do(...accepts(numbers(7)));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
    {
      name: 'eight threads connect first, at once',
      made: '64 connects by 8 threads of a new process',
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 64, '--threads', '8', '--thread-name', 'pool-1-thread-7')),
      expect: { client: { attempts: 64, failures: { refused: 64 } } },
    },
    {
      name: 'fork between socket() and connect()',
      made: '5 sockets of the parent; for each, a child connects with it and ends: they count for the child',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        for (const slot of numbers(5)) {
          const { pid } = await client.do(...sockets(world, [slot]), `fork ${slot} ${world.here} ${PORT}`);
          world.owners.move(client.pid, Number(pid), client.name, 1);
          await serving.do(...accepts([slot]));
        }
      },
      expect: { client: { attempts: 5, successes: 5 }, server: { accepts: 5 } },
    },
    {
      name: 'exec between socket() and connect()',
      made: 'a process makes a socket and executes another program, which connects: it counts for the new program',
      run: async (world) => {
        const serving = await server(world);
        const before = await world.actor('before');
        await before.do(...sockets(world, [1]));
        await world.exec(before, 1, 'after');
        await before.do(...connects([0], world.here));
        await serving.do(...accepts([1]));
      },
      expect: { before: {}, after: { attempts: 1, successes: 1 }, server: { accepts: 1 } },
    },
    {
      name: 'exec between two connects',
      made: 'a process connects, executes another program with the same pid, and connects again',
      run: async (world) => {
        const serving = await server(world);
        const before = await world.actor('before');
        await before.do(...sockets(world, [1, 2]), ...connects([1], world.here));
        await serving.do(...accepts([1]));
        await world.exec(before, 2, 'after');
        await before.do(...connects([0], world.here));
        await serving.do(...accepts([2]));
      },
      expect: { before: { attempts: 1, successes: 1 }, after: { attempts: 1, successes: 1 }, server: { accepts: 2 } },
    },
    {
      name: 'a socket that was passed on connects',
      made: '3 sockets passed by SCM_RIGHTS before connect(): they count for the process that connects',
      run: (world) => connectsGiven(world, 3),
      expect: { maker: {}, client: { attempts: 3, successes: 3 }, server: { accepts: 3 } },
    },
    {
      name: 'a connection that was passed on',
      made: '3 connections passed by SCM_RIGHTS and closed by the other process: they count for the process that connected',
      run: async (world) => {
        const serving = await server(world);
        const [client, other] = [await world.actor('client'), await world.actor('other')];
        for (const slot of numbers(3)) {
          const path = world.path(`connection-${slot}`);
          await client.do(...sockets(world, [slot]), ...connects([slot], world.here));
          await Promise.all([other.do(`take ${slot} ${path}`), client.do(`pass ${slot} ${path}`)]);
          await serving.do(...accepts([slot]));
        }
        await other.do(...closes(numbers(3)));
      },
      expect: { client: { attempts: 3, successes: 3 }, other: {}, server: { accepts: 3 } },
    },
    {
      name: 'a pending connect that was passed on',
      made: '3 pending connects passed by SCM_RIGHTS; the process that made them ends; the other one closes them after 1.5 s',
      load: 'slow',
      run: async (world) => {
        const [client, other] = [await world.actor('client'), await world.actor('other')];
        for (const slot of numbers(3)) {
          const path = world.path(`pending-${slot}`);
          await client.ask(...sockets(world, [slot], 'nonblock'), ...connects([slot], world.here, SILENT_PORT));
          await Promise.all([other.do(`take ${slot} ${path}`), client.do(`pass ${slot} ${path}`)]);
        }
        await world.end(client);
        await world.shows({ client: { attempts: 3, pending: 3, open: { 'client syn_sent': 3 } } });
        await other.do('sleep 1500', ...closes(numbers(3)));
      },
      // Neither process sees both the beginning and the end.
      truth: false,
      expect: { client: { attempts: 3, failures: { unanswered: 3 } }, other: {} },
    },
    {
      name: 'processes that live for one connect',
      made: '40 processes, each connects once and ends',
      run: async (world) => {
        await server(world);
        await Promise.all(numbers(40).map(() => world.run('client', ['plain', '--port', `${PORT}`, '--address', world.here, '--end', 'rst'])));
      },
      expect: { client: { attempts: 40, successes: 40 }, server: { accepts: 40 } },
      // Reset by the client, on both sides.
      kernel: { EstabResets: 80 },
    },
    {
      name: 'a process that renames itself',
      made: '7 connects of a process that renames itself to "new name" by prctl(PR_SET_NAME)',
      run: (world) => world.run('client', toItself(world, 'plain', 7, '--comm', 'new name')),
      expect: { client: { attempts: 7, successes: 7, accepts: 7 } },
    },
    {
      name: 'other pid namespace',
      made: '7 connects of a process that has pid 1 in its namespace (unshare --pid): reported with its pid in the root namespace',
      run: (world) => world.runUnder('client', ['unshare', '--pid', '--fork', '--kill-child'], toItself(world, 'plain', 7)),
      // It says pid 1; the page must not.
      expect: { client: { attempts: 7, successes: 7, accepts: 7 } },
    },
    {
      name: 'other user namespace',
      made: '7 connects of a process in a user namespace of its own (unshare --user)',
      run: (world) => world.runUnder('client', ['unshare', '--user', '--map-root-user'], toItself(world, 'plain', 7)),
      expect: { client: { attempts: 7, successes: 7, accepts: 7 } },
    },
    {
      name: 'other mount namespace',
      made: '7 connects of a process in a mount namespace of its own (unshare --mount)',
      run: (world) => world.runUnder('client', ['unshare', '--mount'], toItself(world, 'plain', 7)),
      expect: { client: { attempts: 7, successes: 7, accepts: 7 } },
    },
    {
      name: 'an executable that was deleted',
      made: '3 connects before and 4 after the file of the running program is deleted',
      run: async (world) => {
        const serving = await server(world);
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(7)), ...connects(numbers(3), world.here));
        world.deleteExecutable(client);
        await client.do(...connects(numbers(4, 4), world.here));
        await serving.do(...accepts(numbers(7)));
      },
      expect: { client: { attempts: 7, successes: 7 }, server: { accepts: 7 } },
    },
  ],
};
