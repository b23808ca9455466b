import type { Attributes } from '@opentelemetry/api';
import { formatAddress } from '../../ebpf/keys/keys.ts';
import { FLAG, ROLE_SERVER } from '../../ebpf/layout.ts';
import { type Key, LISTEN_VALUES, type ProcessInfo, SOCKET_VALUES } from '../../ebpf/types.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import type { Role } from '../../words/role.ts';
import { TCP_STATES } from '../../words/tcp-states.ts';
import type { WorkloadOf } from '../model/named.ts';

/** An open socket, or all listeners of a workload on one port. */
export interface SocketInfo {
  /** `established`, `syn_sent`, `listen`, ... */
  readonly state: string;
  readonly role: Role;
  /** 0: unknown, the kernel, or a listener. */
  readonly pid: number;
  readonly comm?: string;
  readonly workload: Attributes;
  /** Inode number of the network namespace; 0: unknown. */
  readonly netns: number;
  readonly localPort: number;
  /** The other side; empty and 0 of a listener. */
  readonly address: string;
  readonly port: number;
  /** Seconds since it was established, since its SYN if it is pending, since it was found if it is older than the agent. */
  readonly age?: number;
  readonly found?: true;
  /** Payload bytes so far. */
  readonly sent: number;
  readonly received: number;
  readonly retransmits: number;
  /** Seconds; 0: not measured. */
  readonly rtt: number;
  /** Bytes that the owner has not read; of a listener, connections that wait for accept(). */
  readonly receiveQueue: number;
  /** Bytes that the peer has not acknowledged; of a listener, the limit of its queue. */
  readonly sendQueue: number;
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
  const inodeOf = (netns: number): number => cut.namespaces.get(netns)?.inode ?? 0;
  const sockets: SocketInfo[] = [];
  const { rows, values, addresses } = cut.sockets ?? { rows: 0, values: new Float64Array(0), addresses: new Uint8Array(0) };
  for (let row = 0; row < rows; row++) {
    const at = (value: Value): number => values[row * SOCKET_VALUES.length + SOCKET_VALUES.indexOf(value)]!;
    const comm = keys.owner(at('ownerLow'), at('pid'))?.comm;
    sockets.push({
      state: TCP_STATES[at('state')] ?? 'unknown',
      role: at('role') === ROLE_SERVER ? 'server' : 'client',
      pid: at('pid'),
      ...(comm !== undefined && { comm }),
      workload: named(at('key')).workload,
      netns: inodeOf(at('netns')),
      localPort: at('localPort'),
      address: formatAddress(addresses.subarray(row * ADDRESS_SIZE, (row + 1) * ADDRESS_SIZE)),
      port: at('port'),
      age: at('age') / 1e9,
      ...((at('flags') & FLAG.found) !== 0 && { found: true }),
      sent: at('sent'),
      received: at('received'),
      retransmits: at('retransmits'),
      rtt: at('srtt') / 1e6,
      receiveQueue: at('receiveQueue'),
      sendQueue: at('sendQueue'),
    });
  }
  const { listeners } = cut;
  for (let row = 0; row < listeners.rows; row++) {
    const at = (value: (typeof LISTEN_VALUES)[number]): number => listeners.values[row * LISTEN_VALUES.length + LISTEN_VALUES.indexOf(value)]!;
    const { key, workload } = named(listeners.key[row]!);
    if (at('sockets') === 0 || key === undefined) continue;
    const none = { pid: 0, address: '', port: 0, sent: 0, received: 0, retransmits: 0, rtt: 0 };
    sockets.push({ state: 'listen', role: 'server', workload, netns: inodeOf(key.netns), localPort: key.port, ...none, receiveQueue: at('queue'), sendQueue: at('limit') });
  }
  return { event: 'sockets', time: end, sockets };
}
