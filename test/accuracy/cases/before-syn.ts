import { must } from '../../harness/run.ts';
import type { Case, Chapter } from '../case.ts';
import { CLOSED_PORT, type World } from '../world/world.ts';
import { closes, connects, digit, listen, numbers, server, sockets } from './steps.ts';

/** An address without a route. */
const nowhere = (world: World) => (world.family === 'IPv4' ? '192.0.2.1' : '2001:db8::1');

/** Failures that connect() returns without having touched the socket's state. */
function routed(name: string, route: string | undefined, errno: string, error: string, kind = ''): Case {
  return {
    name,
    made: `11 ${kind === '' ? '' : 'MPTCP '}connects to an address ${route === undefined ? 'without a route' : `with a route of the type ${route}`}: ${errno}`,
    run: async (world) => {
      const address = nowhere(world);
      const { name: namespace } = await world.namespace();
      if (route !== undefined) await must(['ip', '-n', namespace, 'route', 'add', route, address]);
      const client = await world.actor('client');
      for (const slot of numbers(11)) await client.fails(errno, `socket ${slot} ${digit(world)} ${kind}`, ...connects([slot], address));
    },
    expect: { client: { attempts: 11, failures: { [error]: 11 } } },
    unsent: 11,
    failedUnsent: 11,
    agent: 'syscall',
  };
}

/** The kernel looks at every second port, twice, so an even number of them is what it can use for sure. */
async function narrow(world: World, ports: number): Promise<void> {
  await world.sysctl({ 'net.ipv4.ip_local_port_range': `40000 ${40_000 + ports - 1}` });
}

export const beforeSyn: Chapter = {
  title: 'Failures before a SYN',
  cases: [
    {
      name: 'no free local port',
      made: 'ip_local_port_range of 6 ports, all in use; 8 more connects to the same listener',
      run: async (world) => {
        await narrow(world, 6);
        await server(world);
        const client = await world.actor('client');
        const slots = numbers(14);
        await client.ask(...sockets(world, slots), ...connects(slots, world.here));
      },
      expect: { client: { attempts: 14, successes: 6, failures: { address_unavailable: 8 } }, server: { accepts: 6 } },
      kernel: { EstabResets: 12 },
    },
    {
      name: 'the local port is taken',
      made: 'a second socket, bound to the same port by SO_REUSEADDR, connects to the same listener: EADDRNOTAVAIL',
      run: async (world) => {
        await server(world);
        const client = await world.actor('client');
        await client.do(...[1, 2].flatMap((slot) => [...sockets(world, [slot], 'reuseaddr'), `bind ${slot} ${world.here} 40000`]), ...connects([1], world.here));
        await client.fails('EADDRNOTAVAIL', ...connects([2], world.here));
      },
      expect: { client: { attempts: 2, successes: 1, failures: { address_unavailable: 1 } }, server: { accepts: 1 } },
      kernel: { EstabResets: 2 },
    },
    {
      name: 'a free port after all',
      made: 'ip_local_port_range of 4 ports, all in use; a connect fails; a reset closes one connection; the same socket connects again',
      run: async (world) => {
        await narrow(world, 4);
        const serving = await world.actor('server');
        await serving.do(...listen(world, world.here));
        const client = await world.actor('client');
        await client.do(...sockets(world, numbers(5)), ...connects(numbers(4), world.here));
        await client.fails('EADDRNOTAVAIL', ...connects([5], world.here));
        await client.do('set 1 linger 0', ...closes([1]), ...connects([5], world.here));
      },
      expect: { client: { attempts: 6, successes: 5, failures: { address_unavailable: 1 } }, server: { accepts: 5 } },
      // One by the client and its other side, four when the listener closes.
      kernel: { EstabResets: 10 },
    },
    routed('no route', undefined, 'ENETUNREACH', 'network_unreachable'),
    routed('no route, MPTCP', undefined, 'ENETUNREACH', 'network_unreachable', 'mptcp'),
    routed('unreachable route', 'unreachable', 'EHOSTUNREACH', 'host_unreachable'),
    routed('prohibited', 'prohibit', 'EACCES', 'permission_denied'),
    routed('blackhole', 'blackhole', 'EINVAL', 'other'),
    {
      name: 'no route, and no TCP socket',
      made: 'connect() on 11 raw sockets with the protocol number of TCP, to an address without a route: ENETUNREACH; 1 refused TCP connect',
      run: async (world) => {
        const client = await world.actor('client');
        for (const slot of numbers(11)) await client.fails('ENETUNREACH', `raw ${slot} ${nowhere(world)}`);
        await client.fails('ECONNREFUSED', ...sockets(world, [0]), ...connects([0], world.here, CLOSED_PORT));
      },
      expect: { client: { attempts: 1, failures: { refused: 1 } } },
      agent: 'syscall',
    },
  ],
};
