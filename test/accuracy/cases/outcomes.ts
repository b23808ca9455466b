import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { Case, Chapter } from '../case.ts';
import type { Family } from '../family.ts';
import { CLOSED_PORT, type World } from '../world/world.ts';
import { bulk, connects, numbers, PORT, server, sockets, toItself, waits } from './steps.ts';

/** Connects that a rule of the packet filter answers. */
function rejected(name: string, rule: string, error: string, families?: readonly Family[]): Case {
  const atOnce = rule.includes('tcp reset');
  return {
    name,
    made: `19 connects at once; nft: \`${rule}\``,
    ...(families !== undefined && { families }),
    ...(!atOnce && { load: 'slow' as const }),
    run: async (world) => {
      await world.filter([`tcp dport ${PORT} ${rule}`]);
      await world.run('client', bulk(world, 'plain', PORT, 19, '--threads', '19'));
    },
    expect: { client: { attempts: 19, failures: { [error]: 19 } } },
  };
}

/** Gives up after so many ms on a port that drops. */
const givenUp = (ms: number): Case => ({
  name: `unanswered: given up after ${ms / 1000} s`,
  made: '31 non-blocking connects to a port that drops SYNs, closed after that time',
  load: 'slow',
  run: (world) => world.run('client', bulk(world, 'give-up', SILENT_PORT, 31, '--give-up', `${ms}`)),
  expect: { client: { attempts: 31, failures: { unanswered: 31 } } },
});

const oneRetry = (world: World) => world.sysctl({ 'net.ipv4.tcp_syn_retries': 1 });

const timeouts: Case[] = [
  {
    name: 'timeout: dropped',
    made: '17 connects at once to a port that drops SYNs; tcp_syn_retries 1',
    load: 'slow',
    run: async (world) => {
      await oneRetry(world);
      await world.run('client', bulk(world, 'plain', SILENT_PORT, 17, '--threads', '17'));
    },
    expect: { client: { attempts: 17, failures: { timeout: 17 } } },
  },
  {
    name: 'timeout: full listen backlog',
    made: 'backlog 0 holds 1 connection; 7 more connects; tcp_syn_retries 1',
    load: 'slow',
    run: async (world) => {
      await oneRetry(world);
      await server(world, { backlog: 0 });
      const client = await world.actor('client');
      const slots = numbers(8);
      await client.ask(...sockets(world, slots, 'nonblock'), ...connects(slots, world.here), ...waits(slots));
    },
    expect: { client: { attempts: 8, successes: 1, failures: { timeout: 7 } }, server: { accepts: 1 } },
    // The listener closes with it in its queue.
    kernel: { EstabResets: 2 },
  },
  {
    name: 'timeout: dropped on the way out',
    made: '5 connects at once; nft drops the SYN on output without an error for connect(); tcp_syn_retries 1',
    load: 'slow',
    run: async (world) => {
      await oneRetry(world);
      await world.filter([`tcp dport ${PORT} drop`], 0, 'output');
      await world.run('client', bulk(world, 'plain', PORT, 5, '--threads', '5'));
    },
    expect: { client: { attempts: 5, failures: { timeout: 5 } } },
  },
  {
    name: 'timeout: TCP_USER_TIMEOUT',
    made: '5 connects to a port that drops SYNs; TCP_USER_TIMEOUT 500 ms',
    load: 'slow',
    run: async (world) => {
      const client = await world.actor('client');
      const slots = numbers(5);
      await client.ask(...sockets(world, slots, 'nonblock', 'user-timeout 500'), ...connects(slots, world.here, SILENT_PORT), ...waits(slots));
    },
    expect: { client: { attempts: 5, failures: { timeout: 5 } } },
  },
];

export const outcomes: Chapter = {
  title: 'How a connect ends',
  cases: [
    {
      name: 'success',
      made: '23 connects to a listener of the same process; both sides close',
      run: (world) => world.run('client', toItself(world, 'plain', 23)),
      expect: { client: { attempts: 23, successes: 23, accepts: 23 } },
    },
    {
      name: 'success, on the second SYN',
      made: '11 connects at once; nft drops every second packet of all SYNs',
      load: 'slow',
      run: async (world) => {
        await server(world);
        await world.filter([`tcp dport ${PORT} tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 drop`]);
        const client = await world.actor('client');
        const slots = numbers(11);
        await client.ask(...sockets(world, slots, 'nonblock'), ...connects(slots, world.here), ...waits(slots));
      },
      expect: { client: { attempts: 11, successes: 11 }, server: { accepts: 11 } },
      // The listener closes with all of them in its queue.
      kernel: { EstabResets: 22 },
    },
    {
      name: 'refused: closed port',
      made: '29 connects to a closed port',
      run: (world) => world.run('client', bulk(world, 'plain', CLOSED_PORT, 29)),
      expect: { client: { attempts: 29, failures: { refused: 29 } } },
    },
    rejected('refused: reset by a packet filter', 'reject with tcp reset', 'refused'),
    rejected('refused: ICMP port unreachable', 'reject with icmpx port-unreachable', 'refused'),
    rejected('host unreachable: ICMP', 'reject with icmpx host-unreachable', 'host_unreachable'),
    rejected('network unreachable: ICMP', 'reject with icmpx no-route', 'network_unreachable'),
    rejected('prohibited: ICMP', 'reject with icmpx admin-prohibited', 'host_unreachable', ['IPv4']),
    rejected('prohibited: ICMPv6', 'reject with icmpx admin-prohibited', 'permission_denied', ['IPv6']),
    {
      name: 'host unreachable: no neighbour',
      made: '7 connects at once to an unused address of the link',
      load: 'slow',
      run: async (world) => {
        await world.pair();
        const nobody = world.family === 'IPv4' ? '10.77.0.9' : 'fd77::9';
        await world.run('client', ['plain', '--port', `${PORT}`, '--address', nobody, '--count', '7', '--threads', '7', '--check-snmp']);
      },
      expect: { client: { attempts: 7, failures: { host_unreachable: 7 } } },
    },
    ...timeouts,
    givenUp(1500),
    givenUp(3000),
    {
      name: 'cancelled',
      made: '31 non-blocking connects to a port that drops SYNs, closed at once',
      run: (world) => world.run('client', bulk(world, 'cancel', SILENT_PORT, 31)),
      expect: { client: { attempts: 31, failures: { cancelled: 31 } } },
    },
  ],
};
