import ipaddr from 'ipaddr.js';
import type { Session } from '../session.ts';
import type { Key, ProcessInfo, Whose } from '../types.ts';
import type { CgroupTable } from './cgroups.ts';
import { Details } from './details.ts';

const ROLE_CLIENT = 1;
/** Index = native/keys/workloads.h, Whose. */
const WHOSE: readonly Whose[] = ['unknown', 'process', 'kernel', 'folded'];
const UNRESOLVED: Partial<Record<Whose, string>> = { kernel: '[kernel]', folded: '[folded]' };
/** Index = native/keys/keys.h, Fold. */
const FOLDS: readonly Key['fold'][] = ['none', 'peer', 'workload', 'workload'];

/**
 * Reads what key and process numbers of the addon stand for. It keeps nothing, so numbers that nobody reads cost
 * nothing.
 */
export class Keys {
  readonly #session: Pick<Session, 'readKey' | 'readProcess' | 'readOwner'>;
  readonly #cgroups: Pick<CgroupTable, 'get'>;
  readonly #details: Details;

  constructor(session: Pick<Session, 'readKey' | 'readProcess' | 'readOwner' | 'details'>, cgroups: Pick<CgroupTable, 'get'>) {
    this.#session = session;
    this.#cgroups = cgroups;
    this.#details = new Details(session.details);
  }

  /** Makes a new object at each call, with the names known so far. */
  get(id: number): Key | undefined {
    if (!this.#session.readKey(id)) return undefined;
    const details = this.#details;
    const { cgroup, netns, port, workload } = details;
    const whose = WHOSE[details.whose] ?? 'unknown';
    const [executable, command] = whose === 'process' ? details.names : [UNRESOLVED[whose], undefined];
    const client = details.role === ROLE_CLIENT;
    const fold = FOLDS[details.fold] ?? 'workload';
    return {
      id,
      role: client ? 'client' : 'server',
      whose,
      executable,
      command,
      workload,
      cgroup,
      ...(this.#cgroups.get(cgroup) ?? { cgroupPath: undefined }),
      netns,
      address: client && fold === 'none' ? formatAddress(details.address) : '',
      clientRange: client || fold !== 'none' ? 0 : details.clientRange,
      port,
      fold,
    };
  }

  /** Only the part of a key that every row of a window needs. */
  side(id: number): Pick<Key, 'role' | 'netns'> | undefined {
    if (!this.#session.readKey(id)) return undefined;
    const { role, netns } = this.#details;
    return { role: role === ROLE_CLIENT ? 'client' : 'server', netns };
  }

  /** @param number of ProcessCounts */
  process(number: number): ProcessInfo | undefined {
    return this.#session.readProcess(number) ? this.#process() : undefined;
  }

  /** The process of a record: its owner's two words. */
  owner(low: number, high: number): ProcessInfo | undefined {
    return this.#session.readOwner(low, high) ? this.#process() : undefined;
  }

  #process(): ProcessInfo {
    const { pid, start: startTime, processCgroup: cgroup, comm } = this.#details;
    return { pid, startTime, cgroup, comm };
  }
}

/** Formats 16 bytes: an IPv4-mapped address in dotted form, others by RFC 5952. */
export function formatAddress(bytes: Uint8Array): string {
  const address = new ipaddr.IPv6([...bytes]);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}
