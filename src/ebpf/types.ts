import type { Role } from '../words/role.ts';

/** What a process is, as the kernel told it. */
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

/** Whose a socket is. `folded`: records that the kernel side could not send, of whoever. */
export type Whose = 'unknown' | 'process' | 'kernel' | 'folded';

/**
 * What a key number stands for. The addon interns the tuple once, records then
 * carry the number. Numbers are dense, start at 1 and are used again after
 * `release`. Each workload gets a fair share of them (native/shares.h); what is
 * over it has a number that is shared: `fold`.
 */
export interface Key {
  readonly id: number;
  readonly role: Role;
  readonly whose: Whose;
  /** Base name of the executable file, at most 255 bytes, printable form; `[kernel]`, `[folded]`; undefined when it is not known. */
  readonly executable: string | undefined;
  /** Number of the workload: the executable in its cgroup. 0 when it is not a process's, or not known. Given out anew after it was in `Cut.gone`. */
  readonly workload: number;
  /** Number of the cgroup, decimal (bpf/event.h): the cgroup v2 id, where v2 tells containers apart. */
  readonly cgroup: string;
  /**
   * Path of the cgroup in its hierarchy, printable form: `/system.slice/nginx.service`, `/` for the root.
   * A path that is too deep begins with `.../`. undefined when the kernel could not tell it (yet).
   */
  readonly cgroupPath: string | undefined;
  /** Number of the network namespace; `Cut.namespaces` has its inode number. No number is ever used again. 0 when the key stands for several. */
  readonly netns: number;
  /** Client: the peer's address; server: empty. IPv4 in dotted form, IPv6 per RFC 5952. */
  readonly address: string;
  /** Client: the peer's port; server: the local port. */
  readonly port: number;
  /** What it stands for: `none`, this alone; `peer`, peers (of a server: ports) of the workload; `workload`, workloads. */
  readonly fold: 'none' | 'peer' | 'workload';
}

/** Flags of ProcessCounts: its names are new or have changed; its last thread has ended. */
export const PROCESS_FLAG = { fresh: 1, exited: 2 } as const;

/**
 * What processes did since the cut before, as columns. As many are told apart as a
 * family may have series, by fair share.
 */
export interface ProcessCounts {
  readonly rows: number;
  /** Its number; used again after it has exited, then with the flag `fresh`. */
  readonly process: Uint32Array;
  /** Connects that have ended. */
  readonly ended: Uint32Array;
  /** Connects that are pending at the cut. */
  readonly pending: Uint32Array;
  readonly flags: Uint32Array;
  /** The same of all others, added up. Records that were lost are in neither. */
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

/** What each column of `Listeners.values` is. Deltas are since the cut before. */
export const LISTEN_VALUES = ['sockets', 'queue', 'limit', 'overflows', 'drops', 'synackRetransmits'] as const;

/** Listening sockets at a cut: row i is about the `sockets` of key `key[i]`; values are `LISTEN_VALUES.length` a row. */
export interface Listeners {
  readonly rows: number;
  readonly key: Uint32Array;
  readonly values: Float64Array;
}

/** Of all records since the cut before: `counts[row * COLUMNS + column]` and `sums[row * SUMS + column]` for the key `keys[row]` (src/words/columns.ts). */
export interface Counts {
  readonly rows: number;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
}

/**
 * Records that could not be sent, since the cut before, added up in the kernel by
 * cgroup and network namespace. `Cut.counts` has them, too, under keys that are
 * `folded`, without a peer or port.
 */
export interface Folded {
  readonly rows: number;
  /** enum cw_loss_class: an outcome, or one of LOSS_CLASS. */
  readonly what: Uint8Array;
  readonly count: Float64Array;
}

/** Counters of the kernel side and of the drain, totals since the programs were loaded. */
export interface DrainStats {
  /** Records seen, by kind name. */
  readonly seen: Readonly<Record<EventKind, number>>;
  /** Records lost, `stage`/`reason` and what they were. Always holds every combination that can happen. */
  readonly lost: readonly Loss[];
  /** Records of changes that the kernel did not show to the programs: deduced, and their time is not known. */
  readonly late: number;
  readonly ringUsed: number;
  readonly ringSize: number;
  /** Age of the oldest record at the last drain that found one, seconds. */
  readonly drainLag: number;
  /** Seconds since the last complete look at all open sockets began. */
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
   * For lost connects that `Cut.folded` does not hold: how many of each outcome (index as OUTCOMES).
   * Only for stage kernel, reason ring_full.
   */
  readonly connects?: readonly number[];
  /** For lost accepts that `Cut.folded` does not hold. */
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
  /** A thread that is in it (root pid namespace); 0: somebody holds a socket of it, but no thread was found in it. */
  readonly pid: number;
}

/**
 * A moment at which everything is consistent: all records up to it have been
 * delivered, none after it, and `live` is what was alive at it.
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
  /** Workloads (Key.workload) of which no process runs any more, since the cut before. */
  readonly gone: Uint32Array;
}

/**
 * Records of one drain: all of them, or only those of failed connects if
 * `Config.immediate` is false. **The typed arrays are used again**: they are valid until
 * the subscriber's callback returns. Copy what is to live longer.
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
  /** Set when this batch ends at a cut that was asked for. */
  readonly cut: Cut | undefined;
}
