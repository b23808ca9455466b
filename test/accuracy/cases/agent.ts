import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { Chapter } from '../case.ts';
import { CLOSED_PORT } from '../world/world.ts';
import { bulk, closes, connected, connects, numbers, sockets, toItself } from './steps.ts';

const open = (count: number) => ({
  client: { open: { 'client established': count } },
  server: { open: { 'server established': count } },
});

/** What is there before an agent is, and what happens while it is not running. */
export const agent: Chapter = {
  title: 'The agent starts, stands still, is killed',
  cases: [
    {
      name: 'open when it starts',
      made: '11 connections between two processes; an agent starts and reports them; then they are closed',
      load: 'heavy',
      truth: false,
      run: async (world) => {
        const { client, server, slots } = await connected(world, 11);
        await world.agent();
        await world.shows(open(11));
        await server.do(...closes(slots));
        await client.do(...closes(slots));
        world.owners.add(client.pid, world.name('client'), -11);
      },
      // Counters begin with the agent.
      expect: { client: {}, server: {} },
      kernel: { ActiveOpens: 11, PassiveOpens: 11 },
    },
    {
      name: 'pending when it starts',
      made: '7 non-blocking connects to a port that drops SYNs; an agent starts and reports them; closed after 1.2 s',
      load: 'heavy',
      run: async (world) => {
        const client = await world.actor('client');
        const slots = numbers(7);
        await client.ask(...sockets(world, slots, 'nonblock'), ...connects(slots, world.here, SILENT_PORT));
        await world.agent();
        await world.shows({ client: { attempts: 7, pending: 7, open: { 'client syn_sent': 7 } } });
        // All of them have sent a second SYN by then.
        await client.do('sleep 1200', ...closes(slots));
      },
      expect: { client: { attempts: 7, failures: { unanswered: 7 } } },
    },
    {
      name: 'stopped while it happens (SIGSTOP)',
      made: '500 refused and 300 accepted connects while the agent is stopped; it continues after all of them have ended',
      load: 'heavy',
      run: async (world) => {
        const agent = await world.agent();
        agent.signal('SIGSTOP');
        await world.run('client', bulk(world, 'plain', CLOSED_PORT, 500));
        await world.run('other', toItself(world, 'plain', 300), 1);
        agent.signal('SIGCONT');
      },
      expect: { client: { attempts: 500, failures: { refused: 500 } }, other: { attempts: 300, successes: 300, accepts: 300 } },
    },
    {
      name: 'killed and started again (SIGKILL)',
      made: '7 connections, checked; the agent is killed; 5 more connections; another agent starts, all checked; then they are closed',
      load: 'heavy',
      truth: false,
      run: async (world) => {
        const before = await world.agent();
        const { client, server, slots } = await connected(world, 7);
        await world.shows({ client: { attempts: 7, successes: 7, ...open(7).client }, server: { accepts: 7, ...open(7).server } });
        before.signal('SIGKILL');
        await before.exited;
        const more = numbers(5, 8);
        await client.do(...sockets(world, more), ...connects(more, world.here, 9000));
        await server.do(...more.map((slot) => `accept 0 ${slot}`));
        await world.agent();
        await world.shows(open(12));
        await server.do(...closes([...slots, ...more]));
        await client.do(...closes([...slots, ...more]));
        world.owners.add(client.pid, world.name('client'), -12);
      },
      expect: { client: {}, server: {} },
      kernel: { ActiveOpens: 12, PassiveOpens: 12 },
    },
  ],
};
