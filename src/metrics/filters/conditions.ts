import { BlockList, isIPv4 } from 'node:net';
import type { Key } from '../../ebpf/types.ts';
import { cgroupOf } from '../../identity/index.ts';
import type { Filter } from '../../words/filters.ts';

/** A key, and where it is. */
export interface Place {
  readonly key: Key;
  /** It is in the agent's own network namespace. */
  readonly own: boolean;
  /** Inode number of its network namespace; undefined: not found yet. */
  readonly inode: number | undefined;
  /** Whether a namespace with this inode number has been found. */
  readonly isFound: (inode: number) => boolean;
}

/** undefined: not known. */
export type Condition = (place: Place) => boolean | undefined;

/** One for each list of a filter. */
export function conditionsOf({ executable, unit, container, port, cidr, netns, role }: Filter): Condition[] {
  return [
    executable && nameCondition(executable, ({ key }) => (key.whose === 'folded' || key.fold === 'workload' ? undefined : key.executable)),
    unit && cgroupCondition(unit, (cgroup) => (cgroup.kind === 'service' ? cgroup.unit : '')),
    container && cgroupCondition(container, (cgroup) => (cgroup.kind === 'container' ? cgroup.id : '')),
    port && (({ key }: Place) => (isAlone(key) && key.port !== 0 ? port.some(([first, last]) => key.port >= first && key.port <= last) : undefined)),
    cidr && cidrCondition(cidr),
    netns && netnsCondition(netns),
    role && (({ key }: Place) => role.includes(key.role)),
  ].filter((condition) => condition !== undefined);
}

/** A namespace that is not found yet is none of those that are. */
function netnsCondition(list: NonNullable<Filter['netns']>): Condition {
  return ({ key, own, inode, isFound }) => {
    if (key.netns === 0) return undefined;
    if (own) return list.includes('own') || list.includes(inode ?? -1);
    if (inode !== undefined) return list.includes(inode);
    return list.every((each) => each === 'own' || isFound(each)) ? false : undefined;
  };
}

/** Whether its peer or port is that of all its sockets. */
function isAlone(key: Key): boolean {
  return key.whose !== 'folded' && key.fold === 'none';
}

function nameCondition(names: readonly string[], of: (place: Place) => string | undefined): Condition {
  const patterns = names.map(patternOf);
  return (place) => {
    const name = of(place);
    return name === undefined ? undefined : patterns.some((pattern) => pattern.test(name));
  };
}

type Cgroup = NonNullable<ReturnType<typeof cgroupOf>>;

/** @param of '': it is known to have none */
function cgroupCondition(names: readonly string[], of: (cgroup: Cgroup) => string): Condition {
  return nameCondition(names, ({ key }) => {
    const cgroup = key.fold === 'workload' ? undefined : cgroupOf(key);
    if (cgroup === undefined) return undefined;
    if (cgroup.kind !== 'unresolved') return of(cgroup);
    // One that is not understood is of the host; the path of another may come.
    return key.cgroupPath === undefined ? undefined : '';
  });
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Of the address that a client connects to. A server has none, so nothing is known. */
function cidrCondition(ranges: readonly string[]): Condition {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length = ''] = range.split('/');
    list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return ({ key }) => {
    if (key.role !== 'client' || !isAlone(key)) return undefined;
    return list.check(key.address, isIPv4(key.address) ? 'ipv4' : 'ipv6');
  };
}
