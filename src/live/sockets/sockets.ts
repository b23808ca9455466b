import type { Attributes } from '@opentelemetry/api';
import { formatAddress } from '../../ebpf/keys/keys.ts';
import { FLAG, ROLE_SERVER } from '../../ebpf/layout.ts';
import { type Key, LISTEN_VALUES, type ProcessInfo, SOCKET_VALUES } from '../../ebpf/types.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import type { Role } from '../../words/role.ts';
import { TCP_STATES } from '../../words/tcp-states.ts';
import type { WorkloadOf } from '../model/named.ts';

/** An open socket, or all listeners of a workload on one port. What is not known is left out. */
export interface SocketInfo {
  /** `established`, `syn_sent`, `listen`, ... */
  readonly state: string;
  readonly role: Role;
  /** Of a listener the lowest of its processes; missing: unknown, or the kernel. */
  readonly pid?: number;
  readonly comm?: string;
  readonly workload: Attributes;
  /** Inode number of the network namespace; missing: unknown. */
  readonly netns?: number;
  readonly localPort?: number;
  /** The other side; a listener has none. */
  readonly address?: string;
  readonly port?: number;
  /** Seconds since it was established, since its SYN if it is pending, since it was found if it is older than the agent. */
  readonly age?: number;
  readonly found?: true;
  /** Payload bytes so far; a listener has none. */
  readonly sent?: number;
  readonly received?: number;
  readonly retransmits?: number;
  /** Seconds; missing: not measured. */
  readonly rtt?: number;
  /** Bytes that the owner has not read; of a listener, connections that wait for accept(). */
  readonly receiveQueue?: number;
  /** Bytes that the peer has not acknowledged; of a listener, the limit of its queue. */
  readonly sendQueue?: number;
}

export interface SocketsMessage {
  readonly event: 'sockets';
  /** Unix milliseconds of the moment. */
  readonly time: number;
  readonly sockets: readonly SocketInfo[];
}

export interface SocketKeys {
  get(id: number): Key | undefined;
  owner(low: number, high: number): ProcessInfo | undefined;
}

type Value = (typeof SOCKET_VALUES)[number];
const ADDRESS_SIZE = 16;

/** Every open socket at the end of a window whose cut has them one by one. Call it in the subscriber. */
export function openSockets({ end, cut }: Snapshot, keys: SocketKeys, workloadOf: WorkloadOf): SocketsMessage {
  const workloads = new Map<number, { readonly key: Key | undefined; readonly workload: Attributes }>();
  const named = (id: number) => {
    let known = workloads.get(id);
    if (known === undefined) {
      const key = keys.get(id);
      workloads.set(id, (known = { key, workload: key === undefined ? {} : workloadOf(key) }));
    }
    return known;
  };
  const owned = (low: number, pid: number): Pick<SocketInfo, 'pid' | 'comm'> => {
    const comm = keys.owner(low, pid)?.comm;
    return { ...(pid !== 0 && { pid }), ...(comm !== undefined && { comm }) };
  };
  const placed = (netns = 0): Pick<SocketInfo, 'netns'> => (netns === 0 ? {} : { netns });
  const sockets: SocketInfo[] = [];
  const { rows, values, addresses } = cut.sockets ?? { rows: 0, values: new Float64Array(0), addresses: new Uint8Array(0) };
  for (let row = 0; row < rows; row++) {
    const at = (value: Value): number => values[row * SOCKET_VALUES.length + SOCKET_VALUES.indexOf(value)]!;
    sockets.push({
      state: TCP_STATES[at('state')] ?? 'unknown',
      role: at('role') === ROLE_SERVER ? 'server' : 'client',
      ...owned(at('ownerLow'), at('pid')),
      workload: named(at('key')).workload,
      ...placed(cut.namespaces.get(at('netns'))?.inode),
      address: formatAddress(addresses.subarray(row * ADDRESS_SIZE, (row + 1) * ADDRESS_SIZE)),
      port: at('port'),
      age: at('age') / 1e9,
      ...((at('flags') & FLAG.found) !== 0 && { found: true }),
      // Only a scan knows the local port, which no socket of a connection is without.
      ...(at('localPort') !== 0 && scanned(at)),
    });
  }
  const { listeners } = cut;
  for (let row = 0; row < listeners.rows; row++) {
    const at = (value: (typeof LISTEN_VALUES)[number]): number => listeners.values[row * LISTEN_VALUES.length + LISTEN_VALUES.indexOf(value)]!;
    const { key, workload } = named(listeners.key[row]!);
    if (at('sockets') === 0 || key === undefined) continue;
    const owner = owned(listeners.owners[2 * row]!, listeners.owners[2 * row + 1]!);
    sockets.push({ state: 'listen', role: 'server', ...owner, workload, ...placed(cut.namespaces.get(key.netns)?.inode), localPort: key.port, receiveQueue: at('queue'), sendQueue: at('limit') });
  }
  return { event: 'sockets', time: end, sockets };
}

function scanned(at: (value: Value) => number): Partial<SocketInfo> {
  const rtt = at('srtt') / 1e6;
  return {
    localPort: at('localPort'),
    sent: at('sent'),
    received: at('received'),
    retransmits: at('retransmits'),
    ...(rtt !== 0 && { rtt }),
    receiveQueue: at('receiveQueue'),
    sendQueue: at('sendQueue'),
  };
}
