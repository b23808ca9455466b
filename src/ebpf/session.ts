import type { Counts, Folded, Listeners, LiveSockets, ProcessCounts, Sockets } from './types.ts';

/** Settings of a session. Equal settings load the same programs. */
export interface ProgramConfig {
  readonly path: string;
  readonly ringSize: number;
  readonly connSlots: number;
  readonly syncFailures: string;
}

/** Upper bounds of buckets, seconds. */
export interface Bounds {
  /** Of round trips too. */
  readonly handshake: readonly number[];
  readonly life: readonly number[];
}

export interface SessionConfig extends ProgramConfig {
  readonly batchSize: number;
  /** Config.immediate */
  readonly immediate: boolean;
  /** src/words/columns.ts */
  readonly bounds: Bounds;
  /** undefined: times are not counted in exponential buckets. */
  readonly exponentialBounds: Bounds | undefined;
  readonly seriesLimit: number;
  /** Config.clientRanges */
  readonly clientRanges?: Uint8Array;
}

/** native/session.cc. Every method but close throws CW_CLOSED after close. */
export interface Session {
  readonly events: ArrayBuffer;
  readonly keys: ArrayBuffer;
  /** Results of the last drain; DRAINED has their indices. */
  readonly drained: Float64Array;
  /** Output of readKey and readProcess. */
  readonly details: ArrayBuffer;
  drain(): void;
  /** Sets the doorbell. Returns false, and does not set it, if records wait already. */
  arm(): boolean;
  requestCut(): void;
  live(): LiveSockets;
  listeners(): Listeners;
  /** Counts of records that could not be sent, since the last call and up to the last stats(). The call adds them to counts(). */
  folded(): Folded;
  /** Counts by key since the last call. */
  counts(): Counts;
  /** Counts of processes at the last cut. Call it once for each cut. */
  processes(): ProcessCounts;
  /** Numbers of workloads whose last process has ended since the last call. */
  gone(): Uint32Array;
  /** Writes a key into `details` (keys/details.ts). Returns false if the number is not in use. */
  readKey(id: number): boolean;
  /** Writes a process of ProcessCounts into `details`. Returns false if the number is not in use. */
  readProcess(number: number): boolean;
  /** May contain duplicates. */
  cgroupsInUse(): BigUint64Array;
  setSeriesLimit(limit: number): void;
  /** Manager.setFailures */
  setFailures(most: number): void;
  /** At most so many records of connects, accepts and closes are in one batch. `immediate`: as Config.immediate, from now on. */
  setTap(most: number, immediate: boolean): void;
  /** The next cut keeps its sockets. */
  keepSockets(): void;
  /** Those of the last cut, once. */
  sockets(): Sockets;
  /** Writes the process of a record's owner, two words, into `details`. Returns false if it is not known. */
  readOwner(low: number, high: number): boolean;
  cgroups(): NativeCgroup[];
  /** Three numbers for each namespace: netns, inode, pid. */
  namespaces(): Uint32Array;
  release(ids: Uint32Array): void;
  stats(): NativeStats;
  close(): void;
}

/**
 * Indices of native/session.h, Drained. count: number of connection records; records: number of those in `events`.
 * cut, more: 0 or 1. lag: age of the first record, ns; 0 without records. processes: number of process records.
 * untapped: records that setTap asks for and that had no room.
 */
export const DRAINED = { count: 0, records: 1, leftOut: 2, cut: 3, more: 4, lag: 5, processes: 6, cgroups: 7, untapped: 8 } as const;

export interface NativeCgroup {
  readonly id: bigint;
  /** The path has more ancestors than fit. */
  readonly cutOff: boolean;
  /** Its own name in cgroup v2, then its parent's, ...; each ends with NUL. */
  readonly names: Uint8Array;
  /** The same in a v1 hierarchy; no names if it is at the root there, or there is none. */
  readonly cutOffV1: boolean;
  readonly namesV1: Uint8Array;
}

export interface NativeStats {
  /** Index: enum cw_loss times lossClasses plus enum cw_loss_class. */
  readonly lost: Float64Array;
  /** Records that found the ring full and are not in folded(). Index: enum cw_loss_class. */
  readonly unfolded: Float64Array;
  /** Index: enum cw_kind. */
  readonly seen: Float64Array;
  readonly probes: { name: string; mechanism: string; required: boolean; attached: boolean }[];
  /** Records that were deduced, because the kernel skipped the program for a state change. Part of `seen`. */
  readonly late: number;
  readonly undecodable: number;
  readonly recursion: number;
  readonly ringUsed: number;
  readonly ringSize: number;
  /** Age of the last complete scan, from its start, ns. */
  readonly scanAge: number;
}
