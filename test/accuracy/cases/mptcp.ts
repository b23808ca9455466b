import { existsSync } from 'node:fs';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { must } from '../../harness/run.ts';
import type { Case, Chapter } from '../case.ts';
import { CLOSED_PORT } from '../world/world.ts';
import { accepts, bulk, numbers, PORT, toItself } from './steps.ts';

const cannot: NonNullable<Case['cannot']> = () => (existsSync('/proc/sys/net/mptcp/enabled') ? undefined : 'this kernel has no MPTCP');

/** A client and a server of which one or both speak MPTCP. */
function between(name: string, made: string, client: string, server: string): Case {
  return {
    name,
    made,
    cannot,
    run: async (world) => {
      const [serving, connecting] = [await world.actor('server'), await world.actor('client')];
      const family = world.family.slice(-1);
      await serving.do(`socket 0 ${family} ${server}`, `bind 0 ${world.here} ${PORT}`, 'listen 0 64');
      for (const slot of numbers(11)) await connecting.do(`socket ${slot} ${family} ${client}`, `connect ${slot} ${world.here} ${PORT}`);
      await serving.do(...accepts(numbers(11)));
      const open = (role: string) => ({ [`${role} established`]: 11 });
      await world.shows({ client: { attempts: 11, successes: 11, open: open('client') }, server: { accepts: 11, open: open('server') } });
    },
    expect: { client: { attempts: 11, successes: 11 }, server: { accepts: 11 } },
  };
}

export const mptcp: Chapter = {
  title: 'MPTCP: its TCP subflows, once',
  cases: [
    between('MPTCP on both sides', '11 MPTCP sockets connect to an MPTCP listener', 'mptcp', 'mptcp'),
    between('MPTCP to plain TCP', '11 MPTCP sockets connect to a TCP listener: they fall back', 'mptcp', ''),
    between('plain TCP to MPTCP', '11 TCP sockets connect to an MPTCP listener, as Go programs have', '', 'mptcp'),
    {
      name: 'a further subflow',
      made: '11 MPTCP connections between namespaces; for each, the kernel opens one more subflow from a second address',
      cannot,
      // What the kernel opens is not made by the processes.
      truth: false,
      run: async (world) => {
        const [, there] = await world.pair();
        const [second, bits] = world.family === 'IPv4' ? ['10.77.0.3', 24] : ['fd77::3', 64];
        const ip = async (index: number, ...args: string[]) => must(['ip', '-n', (await world.namespace(index)).name, ...args]);
        // IPv6 would prefer the newer address for the first one, too.
        await ip(0, 'address', 'add', `${second}/${bits}`, 'dev', 'pair', ...(bits === 64 ? ['nodad', 'preferred_lft', '0'] : []));
        await ip(0, 'mptcp', 'endpoint', 'add', second, 'dev', 'pair', 'subflow');
        await ip(0, 'mptcp', 'limits', 'set', 'subflows', '1');
        await ip(1, 'mptcp', 'limits', 'set', 'subflows', '1');
        const [serving, connecting] = [await world.actor('server', 1), await world.actor('client', 0)];
        const family = world.family.slice(-1);
        await serving.do(`socket 0 ${family} mptcp`, `bind 0 ${there} ${PORT}`, 'listen 0 64');
        for (const slot of numbers(11)) await connecting.do(`socket ${slot} ${family} mptcp`, `connect ${slot} ${there} ${PORT}`);
        await serving.do(...accepts(numbers(11)));
        // The kernel waits for an answer that carries data.
        for (const [one, other] of [[connecting, serving], [serving, connecting]] as const) {
          await one.do(...numbers(11).map((slot) => `send ${slot} 100`));
          await other.do(...numbers(11).map((slot) => `receive ${slot} 100`));
        }
        // Both ends of 22 subflows.
        await world.comesAbout('CurrEstab', 44);
        world.owners.add(connecting.pid, world.name('client'), 11);
        const open = (role: string) => ({ [`${role} established`]: 22 });
        await world.shows({ client: { attempts: 22, successes: 22, open: open('client') }, server: { accepts: 22, open: open('server') } });
      },
      expect: { client: { attempts: 22, successes: 22 }, server: { accepts: 22 } },
    },
    {
      name: 'MPTCP in bulk',
      made: '47 MPTCP connects to a listener of the same process',
      cannot,
      run: (world) => world.run('client', toItself(world, 'plain', 47, '--mptcp')),
      expect: { client: { attempts: 47, successes: 47, accepts: 47 } },
    },
    {
      name: 'MPTCP refused',
      made: '11 MPTCP connects to a closed port',
      cannot,
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { refused: 11 } } },
    },
    {
      name: 'MPTCP cancelled',
      made: '11 non-blocking MPTCP connects to a port that drops SYNs, closed at once',
      cannot,
      run: (world) => world.run('client', bulk(world, 'cancel', SILENT_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { cancelled: 11 } } },
    },
    {
      name: 'MPTCP unanswered',
      made: '11 non-blocking MPTCP connects to a port that drops SYNs, closed after 1.5 s',
      cannot,
      load: 'slow',
      run: (world) => world.run('client', bulk(world, 'give-up', SILENT_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { unanswered: 11 } } },
    },
  ],
};
