import type { Role } from '../words/role.ts';

/** A process, from the kernel's record. */
export interface ProcessInfo {
  /** Thread group id in the root pid namespace; 0 for the kernel's own sockets. */
  readonly pid: number;
  /** Start of the thread group leader, nanoseconds since boot. */
  readonly startTime: bigint;
  /** Number of the cgroup (see Key) at the process's first record. */
  readonly cgroup: string;
  /** Name of the thread group leader, at most 15 bytes, any bytes but NUL, printable form (see internal/escape). */
  readonly comm: string;
}

/** Kind of a socket's owner. `folded`: any owner, of records that the kernel could not send. */
export type Whose = 'unknown' | 'process' | 'kernel' | 'folded';

/**
 * What a key number stands for. The addon gives each tuple a number, and records have that number. Numbers are
 * dense, start at 1 and are used again after `release`. Each workload gets a fair share of them (native/keys/shares.h).
 * Above its share, its peers or whole workloads share a number (`fold`).
 */
export interface Key {
  readonly id: number;
  readonly role: Role;
  readonly whose: Whose;
  /** Base name of the executable file, at most 255 bytes, printable form; or `[kernel]`, `[folded]`; undefined if it is unknown. */
  readonly executable: string | undefined;
  /** What was executed, at most 63 bytes, printable form; undefined if it has the executable's name or is unknown. */
  readonly command?: string | undefined;
  /** Number of the workload, which is an executable in a cgroup. 0 if there is no process or it is unknown. Used again after `Cut.gone` had it. */
  readonly workload: number;
  /** Number of the cgroup, decimal (bpf/event.h): the cgroup v2 id; with a cgroup v1 one for both. */
  readonly cgroup: string;
  /**
   * Path of the cgroup in v2, printable form: `/system.slice/nginx.service`, `/` for the root.
   * A path that is too deep begins with `.../`. undefined if the kernel has not reported it.
   */
  readonly cgroupPath: string | undefined;
  /** The same in the v1 hierarchy of memory or pids; undefined if there is none, or at its root. */
  readonly cgroupPathV1?: string | undefined;
  /** Number of the network namespace; `Cut.namespaces` has its inode number. Never used again. 0 if the key stands for several. */
  readonly netns: number;
  /** Client: the peer's address; server: empty. IPv4 in dotted form, IPv6 per RFC 5952. */
  readonly address: string;
  /** Server: the range of Config.clientRanges that the client is in, from 1; one more than there are: in none. 0 or undefined: not known, or not asked for. */
  readonly clientRange?: number;
  /** Client: the peer's port; server: the local port. */
  readonly port: number;
  /** What shares the key: `none`, nothing; `peer`, peers (for a server: ports) of one workload; `workload`, several workloads. */
  readonly fold: 'none' | 'peer' | 'workload';
}

/** Flags of ProcessCounts. fresh: its names are new or have changed; exited: its last thread has ended. */
export const PROCESS_FLAG = { fresh: 1, exited: 2 } as const;

/**
 * Counts of processes since the previous cut, as columns. The number of processes with a row is bounded by the
 * series limit, by fair share.
 */
export interface ProcessCounts {
  readonly rows: number;
  /** Number of the process. Used again after its exit, then with the flag `fresh`. */
  readonly process: Uint32Array;
  /** Connects that have ended. */
  readonly ended: Uint32Array;
  /** Connects that are pending at the cut. */
  readonly pending: Uint32Array;
  readonly flags: Uint32Array;
  /** Sums of all other processes. Lost records are in neither. */
  readonly othersEnded: number;
  readonly othersPending: number;
}

/** Live sockets at a cut, as columns: row i says that `count[i]` sockets of key `key[i]` are in `state[i]`. */
export interface LiveSockets {
  readonly rows: number;
  readonly key: Uint32Array;
  /** TCP state number of include/net/tcp_states.h (1 established, 2 syn_sent, ...). */
  readonly state: Uint8Array;
  readonly count: Uint32Array;
}

/**
 * Columns of `Sockets.values`. owner: two words, for Manager.owner; pid is the second. netns: number. age: ns since it was
 * established, or since its SYN. localPort, srtt (microseconds), receiveQueue and sendQueue (bytes): at the last scan; 0: it has seen
 * none yet. sent, received, retransmits: up to the last scan.
 */
export const SOCKET_VALUES = ['key', 'ownerLow', 'pid', 'netns', 'state', 'role', 'flags', 'port', 'localPort', 'age', 'sent', 'received', 'retransmits', 'srtt', 'receiveQueue', 'sendQueue'] as const;

/** Live sockets one by one: row i has `SOCKET_VALUES.length` values, and 16 bytes of the peer's address. */
export interface Sockets {
  readonly rows: number;
  readonly values: Float64Array;
  readonly addresses: Uint8Array;
}

/** Columns of `Listeners.values`. Deltas are since the previous cut. */
export const LISTEN_VALUES = ['sockets', 'queue', 'limit', 'overflows', 'drops', 'synackRetransmits'] as const;

/**
 * Listening sockets at a cut: row i has `LISTEN_VALUES.length` values of the sockets of key `key[i]`, and in `owners` two words of the
 * process with the lowest id that owns one (for Manager.owner; the pid is the second; 0: unknown).
 */
export interface Listeners {
  readonly rows: number;
  readonly key: Uint32Array;
  readonly owners: Uint32Array;
  readonly values: Float64Array;
}

/** Counts of all records since the previous cut: `counts[row * COLUMNS + column]` and `sums[row * SUMS + column]` for the key `keys[row]` (src/words/columns.ts). */
export interface Counts {
  readonly rows: number;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
  /** With Config.exponential, if there are rows: `exponential[row * EXPONENTIAL_COLUMNS + column]`. */
  readonly exponential?: Uint32Array;
}

/**
 * Records that the kernel could not send since the previous cut, added up by cgroup and network
 * namespace. `Cut.counts` contains them too, under keys that are `folded`, without a peer or port.
 */
export interface Folded {
  readonly rows: number;
  /** enum cw_loss_class: an outcome, or one of LOSS_CLASS. */
  readonly what: Uint8Array;
  readonly count: Float64Array;
}

/** Counters of the kernel side and of the drain since the programs were loaded. */
export interface DrainStats {
  /** Records seen, by kind name. */
  readonly seen: Readonly<Record<EventKind, number>>;
  /** Lost records, by `stage`, `reason` and kind. Contains every combination that can happen. */
  readonly lost: readonly Loss[];
  /** Deduced records: the kernel skipped the program for the state change, so its time is unknown. */
  readonly late: number;
  readonly ringUsed: number;
  readonly ringSize: number;
  /** Age of the oldest record at the last drain that found one, seconds. */
  readonly drainLag: number;
  /** Age of the last complete scan of open sockets, from its start, seconds. */
  readonly scanAge: number;
  readonly probes: readonly Probe[];
}

export type EventKind = 'connect' | 'accept' | 'close' | 'process' | 'exit' | 'flow' | 'listen' | 'cgroup' | 'netns';

export interface Loss {
  readonly stage: 'kernel' | 'drain' | 'stream';
  /** ring_full, start_store, owner_store, recursion; decode. */
  readonly reason: string;
  readonly total: number;
  /**
   * Lost connects that are not in `Cut.folded`, by outcome (index as OUTCOMES). Only for stage kernel,
   * reason ring_full.
   */
  readonly connects?: readonly number[];
  /** Lost accepts that are not in `Cut.folded`. */
  readonly accepts?: number;
}

export interface Probe {
  /** Name of the program. */
  readonly name: string;
  /** tp_btf, iter, ... */
  readonly mechanism: string;
  readonly required: boolean;
  readonly attached: boolean;
}

export interface NetworkNamespace {
  /** Inode number, as `ls -l /proc/PID/ns/net` shows it. */
  readonly inode: number;
  /** Pid of a thread in it (root pid namespace); 0: its sockets are open, but no thread was found in it. */
  readonly pid: number;
}

/**
 * A moment at which counts and live sockets fit together: all records before it and none after it have
 * been delivered, and `live` has the sockets that were alive then.
 */
export interface Cut {
  readonly counts: Counts;
  readonly live: LiveSockets;
  readonly listeners: Listeners;
  readonly folded: Folded;
  readonly stats: DrainStats;
  /** The network namespaces whose sockets the last scan found, by number. */
  readonly namespaces: ReadonlyMap<number, NetworkNamespace>;
  readonly processes: ProcessCounts;
  /** Workloads (Key.workload) whose last process has ended since the previous cut. */
  readonly gone: Uint32Array;
  /** If Manager.keepSockets was called since the previous cut. */
  readonly sockets?: Sockets;
}

/**
 * Records of one drain: all of them, or only those of failed connects if `Config.immediate` is false and there is no tap.
 * **The typed arrays are used again**: they are valid until the subscriber's callback returns. Copy what
 * you need for longer.
 */
export interface Batch {
  /** Number of records. */
  readonly length: number;
  /** Raw records, `length` times EVENT_SIZE bytes, read through layout.ts. */
  readonly bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  readonly words: Uint32Array;
  /** Key number of each record. */
  readonly keys: Uint32Array;
  /** Failed connects since the batch before whose records were above the limit (Manager.setFailures). */
  readonly leftOut: number;
  /** Connects, accepts and closes since the batch before whose records were above the limit of a tap (Manager.setTap). */
  readonly untapped: number;
  /** Set if this batch ends at a requested cut. */
  readonly cut: Cut | undefined;
}
