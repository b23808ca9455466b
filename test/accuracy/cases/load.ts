import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { Chapter } from '../case.ts';
import { CLOSED_PORT } from '../world/world.ts';
import { bulk, toItself } from './steps.ts';

export const load: Chapter = {
  title: 'Load',
  cases: [
    {
      name: '10,000 connects at once, pending',
      made: '10,000 non-blocking connects to a port that drops SYNs, open at the same time; checked; closed',
      load: 'heavy',
      run: async (world) => {
        const traffic = await world.start('client', bulk(world, 'hang', SILENT_PORT, 10_000));
        await traffic.said.line({ hanging: true });
        await world.shows({ client: { attempts: 10_000, pending: 10_000, open: { 'client syn_sent': 10_000 } } });
        // All of them have sent a second SYN by then.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await world.end(traffic);
      },
      expect: { client: { attempts: 10_000, failures: { unanswered: 10_000 } } },
    },
    {
      name: '10,000 connects at once, answered',
      made: '10,000 non-blocking connects to a listener that accepts meanwhile; all start before the client polls the first',
      load: 'heavy',
      run: async (world) => {
        await world.run('client', toItself(world, 'give-up', 10_000, '--give-up', '4000'));
      },
      expect: { client: { attempts: 10_000, successes: 10_000, accepts: 10_000 } },
    },
    {
      name: '5,000 connects per second',
      made: '15,000 accepted connects at 5,000 per second by 4 threads from 64 addresses',
      families: ['IPv4'],
      load: 'heavy',
      run: (world) => world.run('client', toItself(world, 'plain', 15_000, '--rate', '5000', '--threads', '4', '--sources', '64', '--end', 'rst')),
      expect: { client: { attempts: 15_000, successes: 15_000, accepts: 15_000 } },
      kernel: { EstabResets: 'any' },
    },
    {
      name: 'accepted, as fast as it goes',
      made: '40,000 accepted connects by 2 threads from 64 addresses',
      families: ['IPv4'],
      load: 'heavy',
      run: (world) => world.run('client', toItself(world, 'plain', 40_000, '--threads', '2', '--sources', '64', '--end', 'rst')),
      expect: { client: { attempts: 40_000, successes: 40_000, accepts: 40_000 } },
      kernel: { EstabResets: 'any' },
    },
    {
      name: 'refused, as fast as it goes',
      made: '60,000 refused connects by 2 threads',
      load: 'heavy',
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 60_000, '--threads', '2')),
      expect: { client: { attempts: 60_000, failures: { refused: 60_000 } } },
    },
    {
      name: 'paced',
      made: '1,000 refused connects at 500 per second by 3 threads',
      load: 'slow',
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 1000, '--rate', '500', '--threads', '3')),
      expect: { client: { attempts: 1000, failures: { refused: 1000 } } },
    },
    {
      name: 'processes one after the other',
      made: '200 processes, each with one refused connect, 8 at a time',
      load: 'heavy',
      families: ['IPv4'],
      run: async (world) => {
        let left = 200;
        const lane = async () => {
          while (left-- > 0) await world.run('client', ['plain', '--port', `${CLOSED_PORT}`, '--address', world.here]);
        };
        await Promise.all(Array.from({ length: 8 }, lane));
      },
      expect: { client: { attempts: 200, failures: { refused: 200 } } },
    },
  ],
};
