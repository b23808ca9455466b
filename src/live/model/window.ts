import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../../ebpf/types.ts';
import { LISTEN_VALUES } from '../../ebpf/types.ts';
import { peerOf } from '../../identity/index.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import { COLUMN, COLUMNS, HANDSHAKE_BOUNDS, SUM, SUMS } from '../../words/columns.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { Role } from '../../words/role.ts';
import { TCP_STATES, TCP_SYN_RECV, TCP_SYN_SENT } from '../../words/tcp-states.ts';
import type { WorkloadOf } from './named.ts';

/** What one workload did with one peer, or on one port, in a window. Everything in it is JSON. */
export interface LiveRow {
  /** Attributes as metrics have them: `process.executable.name`, container, unit, pod. */
  readonly workload: Attributes;
  readonly role: Role;
  /** Client: the peer's address; empty if the row stands for several peers. Server: empty. */
  readonly address: string;
  /** Client: the peer's port. Server: its own. 0: unknown. */
  readonly port: number;
  /** Inode number of the network namespace; 0: unknown. */
  readonly netns: number;
  /** Connects that ended in the window, by outcome; index = OUTCOMES. */
  readonly connects: readonly number[];
  readonly accepts: number;
  readonly closes: number;
  /** Connects that wait at the end of the window. */
  readonly pending: number;
  /** Sockets at the end of the window by TCP state, without pending connects. */
  readonly open: Readonly<Record<string, number>>;
  /** Handshakes of the successes: a count for each of HANDSHAKE_BOUNDS and one for above. Empty without successes. */
  readonly handshakes: readonly number[];
  /** Payload bytes. */
  readonly sent: number;
  readonly received: number;
  readonly retransmits: { readonly syn: number; readonly data: number };
  readonly resets: { readonly in: number; readonly out: number };
  /** Of listeners. */
  readonly listen?: { readonly queue: number; readonly limit: number; readonly drops: number };
}

/** A complete window. */
export interface LiveWindow {
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly rows: readonly LiveRow[];
  /** Records that the kernel could not send; they are in rows of `[folded]` without a peer. */
  readonly folded: number;
}

type Building = { -readonly [K in keyof LiveRow]: LiveRow[K] } & { connects: number[]; open: Record<string, number> };

const [SOCKETS, QUEUE, LIMIT, OVERFLOWS, DROPS] = (['sockets', 'queue', 'limit', 'overflows', 'drops'] as const).map((name) => LISTEN_VALUES.indexOf(name)) as [number, number, number, number, number];

/**
 * The rows of a snapshot, one for each key that did something or has sockets. Call it in the subscriber of
 * the snapshot: its key numbers may mean something else later.
 */
export function liveWindow(snapshot: Snapshot, keys: { get(id: number): Key | undefined }, workloadOf: WorkloadOf): LiveWindow {
  const rows = new Map<number, Building>();
  const rowOf = (id: number): Building | undefined => {
    let row = rows.get(id);
    if (row === undefined) {
      const key = keys.get(id);
      if (key === undefined) return undefined;
      rows.set(id, (row = emptyRow(key, workloadOf(key), snapshot.cut.namespaces.get(key.netns)?.inode ?? 0)));
    }
    return row;
  };
  for (let i = 0; i < snapshot.rows; i++) {
    const row = rowOf(snapshot.keys[i]!);
    if (row !== undefined) addCounts(row, snapshot, i);
  }
  const { live, listeners, folded } = snapshot.cut;
  for (let i = 0; i < live.rows; i++) {
    const row = rowOf(live.key[i]!);
    if (row !== undefined) addSockets(row, live.state[i]!, live.count[i]!);
  }
  for (let i = 0; i < listeners.rows; i++) {
    const row = rowOf(listeners.key[i]!);
    if (row !== undefined) addListeners(row, listeners.values, i * LISTEN_VALUES.length);
  }
  const lost = folded.count.subarray(0, folded.rows).reduce((sum, count) => sum + count, 0);
  return { start: snapshot.start, end: snapshot.end, rows: [...rows.values()], folded: lost };
}

function emptyRow(key: Key, workload: Attributes, netns: number): Building {
  const { 'server.address': address = '' } = peerOf(key);
  return {
    workload,
    role: key.role,
    address: String(address),
    port: key.fold === 'none' ? key.port : 0,
    netns,
    connects: OUTCOMES.map(() => 0),
    accepts: 0,
    closes: 0,
    pending: 0,
    open: {},
    handshakes: [],
    sent: 0,
    received: 0,
    retransmits: { syn: 0, data: 0 },
    resets: { in: 0, out: 0 },
  };
}

function addCounts(row: Building, { counts, sums }: Snapshot, i: number): void {
  const [first, sum] = [i * COLUMNS, i * SUMS];
  const at = (column: number): number => counts[first + column]!;
  OUTCOMES.forEach((_, outcome) => (row.connects[outcome]! += at(COLUMN.connect + outcome)));
  row.accepts += at(COLUMN.accept);
  row.closes += at(COLUMN.close);
  row.sent += sums[sum + SUM.bytesSent]!;
  row.received += sums[sum + SUM.bytesReceived]!;
  row.retransmits = { syn: at(COLUMN.synRetransmits), data: at(COLUMN.dataRetransmits) };
  row.resets = { in: at(COLUMN.resetsIn), out: at(COLUMN.resetsOut) };
  if (row.connects[0]! > 0) row.handshakes = [...counts.subarray(first + COLUMN.handshake, first + COLUMN.handshake + HANDSHAKE_BOUNDS.length + 1)];
}

function addSockets(row: Building, state: number, count: number): void {
  if (row.role === 'client' && (state === TCP_SYN_SENT || state === TCP_SYN_RECV)) {
    row.pending += count;
    return;
  }
  const name = TCP_STATES[state] ?? 'unknown';
  row.open[name] = (row.open[name] ?? 0) + count;
}

function addListeners(row: Building, values: Float64Array, first: number): void {
  const at = (column: number): number => values[first + column]!;
  const { queue = 0, limit = 0, drops = 0 } = row.listen ?? {};
  if (at(SOCKETS) > 0 || row.listen !== undefined) row.listen = { queue: queue + at(QUEUE), limit: limit + at(LIMIT), drops: drops + at(OVERFLOWS) + at(DROPS) };
}
