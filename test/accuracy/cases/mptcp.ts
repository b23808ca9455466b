import { existsSync } from 'node:fs';
import { SILENT_PORT } from '../../harness/namespace.ts';
import type { Case, Chapter } from '../case.ts';
import { CLOSED_PORT } from '../world.ts';
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
      name: 'MPTCP in bulk',
      made: '47 MPTCP connects to a listener of the same process',
      cannot,
      run: (world) => world.run('client', toItself(world, 'plain', 47, '--mptcp')),
      expect: { client: { attempts: 47, successes: 47, accepts: 47 } },
    },
    {
      name: 'MPTCP refused',
      made: '11 MPTCP connects to a port where nobody listens',
      cannot,
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { refused: 11 } } },
    },
    {
      name: 'MPTCP cancelled',
      made: '11 non-blocking MPTCP connects to a port that drops, closed at once',
      cannot,
      run: (world) => world.run('client', bulk(world, 'cancel', SILENT_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { cancelled: 11 } } },
    },
    {
      name: 'MPTCP unanswered',
      made: '11 non-blocking MPTCP connects to a port that drops, closed after 1.5 s',
      cannot,
      load: 'slow',
      run: (world) => world.run('client', bulk(world, 'give-up', SILENT_PORT, 11, '--mptcp')),
      expect: { client: { attempts: 11, failures: { unanswered: 11 } } },
    },
  ],
};
