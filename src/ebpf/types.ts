/** What a process is, as the kernel told it once, before its first record. */
export interface ProcessInfo {
  /** Process reference of records: pid in the high half, sequence number in the low; exact below 2^53 only as a string. */
  readonly owner: string;
  /** Thread group id in the root pid namespace. */
  readonly pid: number;
  /** Start of the thread group leader, nanoseconds since boot. */
  readonly startTime: bigint;
  /** cgroup v2 id at the process's first record. */
  readonly cgroup: bigint;
  /** Name of the thread group leader, at most 15 bytes, any bytes but NUL, printable form (see internal/escape). */
  readonly comm: string;
  /** Base name of the executable file, at most 255 bytes, printable form; `[kernel]` for kernel threads. */
  readonly executable: string;
}

export type Role = 'client' | 'server';

/**
 * What a key number stands for. The addon interns the tuple once, records then
 * carry the number. Numbers are dense, start at 1 and are used again after
 * `release`; 0 is the key of everything that did not fit the table.
 */
export interface Key {
  readonly id: number;
  readonly role: Role;
  /** The owner, or undefined when the kernel could not tell it. */
  readonly process: ProcessInfo | undefined;
  /** cgroup v2 id, decimal. */
  readonly cgroup: string;
  /** Inode number of the network namespace. */
  readonly netns: number;
  /** Client: the peer's address; server: empty. IPv4 in dotted form, IPv6 per RFC 5952. */
  readonly address: string;
  /** Client: the peer's port; server: the local port. */
  readonly port: number;
}

/** Live sockets at a cut, as columns: row i says that `count[i]` sockets of key `key[i]` are in `state[i]`. */
export interface LiveSockets {
  readonly rows: number;
  readonly key: Uint32Array;
  /** TCP state number of include/net/tcp_states.h (1 established, 2 syn_sent, ...). */
  readonly state: Uint8Array;
  readonly count: Uint32Array;
}

/** Counters of the kernel side and of the drain, totals since the programs were loaded. */
export interface DrainStats {
  /** Records seen, by kind name (connect, accept, close, process, exit). */
  readonly seen: Readonly<Record<EventKind, number>>;
  /** Records lost, `stage`/`reason` and what they were. Always holds every combination that can happen. */
  readonly lost: readonly Loss[];
  readonly ringUsed: number;
  readonly ringSize: number;
  /** Age of the oldest record at the last drain that found one, seconds. */
  readonly drainLag: number;
  readonly probes: readonly Probe[];
}

export type EventKind = 'connect' | 'accept' | 'close' | 'process' | 'exit';

export interface Loss {
  readonly stage: 'kernel' | 'drain' | 'stream';
  /** ring_full, start_store, owner_store, recursion; decode; key_table. */
  readonly reason: string;
  readonly total: number;
  /** For lost connects: how many of each outcome (index as OUTCOMES). Only for stage kernel, reason ring_full. */
  readonly connects?: readonly number[];
  /** For lost accepts. */
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

/**
 * A moment at which everything is consistent: all records up to it have been
 * delivered, none after it, and `live` is what was alive at it.
 */
export interface Cut {
  readonly live: LiveSockets;
  readonly stats: DrainStats;
  /** owners (ProcessInfo.owner) whose last thread ended since the cut before. */
  readonly exited: readonly string[];
}

/**
 * One drained batch. **The typed arrays are used again**: they are valid until
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
