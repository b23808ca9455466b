import type { Attach } from '../words/rungs.ts';
import type { Key } from './types.ts';

export type SyncFailures = 'auto' | 'syscall' | 'off';

/** Settings of a `Manager`. Every field has a default. */
export interface Config {
  /** The way to attach: `auto` takes the best that the kernel accepts (`Manager.attached`). @default auto */
  readonly attach: Attach;
  /** Path of the BPF object, in place of `attach`. @default build/connwatch*.bpf.o of the package */
  readonly objectPath: string | undefined;
  /** Bytes of the ring buffer: a power of two and a multiple of the page size. @default 8388608 */
  readonly ringSize: number;
  /** Slots for live sockets, a power of two. A socket whose slot is taken goes to socket storage. @default 65536 */
  readonly connSlots: number;
  /** Records per batch. @default 4096 */
  readonly batchSize: number;
  /** Milliseconds between drains while records arrive. Waiting makes batches larger. @default 2 */
  readonly coalesce: number;
  /**
   * Milliseconds that records may wait at a low rate. Waiting saves wake-ups, which are most of the cost of a quiet agent.
   * A ring below 8 MiB shortens it in proportion. A value up to `coalesce` turns it off.
   */
  readonly patience: number;
  /**
   * Maximum of series of one metric. It bounds the keys: above it, peers or workloads share a key (`Key.fold`). It also
   * bounds the processes with counts of their own. @default 2000
   */
  readonly seriesLimit: number;
  /**
   * How to observe connects that fail before a SYN. `auto`: fexit, else a kretprobe, else not at all; `syscall`: a
   * tracepoint that slows every system call of the machine; `off`: not at all. @default auto
   */
  readonly syncFailures: SyncFailures;
  /**
   * For subscribers that read single records. If true, each success and each accept has a record of its own when it
   * happens, and batches contain all records. If false, the record of a connection's end includes its success or accept,
   * a cut reports connections that are still open, and batches contain only failed connects; this costs less than half.
   * `Cut.counts` is the same in both cases. @default true
   */
  readonly immediate: boolean;
  /**
   * Ranges that tell a server's clients apart (`Key.clientRange`), the longest prefix first: of each 16 bytes of address,
   * IPv4 mapped, and one with the length of its prefix, of IPv4 96 more. Each needs keys of its own. @default none
   */
  readonly clientRanges: Uint8Array;
  /** Times are counted in exponential buckets too; 2 kB more for each key of a window. @default false */
  readonly exponential: boolean;
  /** Called with the paths of each cgroup that the kernel reports, before its first record is counted; again after a time for the same. @default nothing */
  readonly onCgroup: (paths: Pick<Key, 'cgroupPath' | 'cgroupPathV1'>) => void;
  /** Called for an error in the drain, after the start. @default throws it, which ends the process */
  readonly onError: (error: unknown) => void;
}

export function defaultConfig(): Config {
  return {
    attach: 'auto',
    objectPath: undefined,
    ringSize: 8 << 20,
    connSlots: 65_536,
    batchSize: 4096,
    coalesce: 2,
    seriesLimit: 2000,
    patience: 0,
    syncFailures: 'auto',
    immediate: true,
    clientRanges: new Uint8Array(0),
    exponential: false,
    onCgroup: () => {},
    onError: (error) => {
      throw error;
    },
  };
}
