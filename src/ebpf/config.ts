export type SyncFailures = 'auto' | 'syscall' | 'off';

/** What a `Manager` needs; every field has a default. */
export interface Config {
  /** The BPF object. @default build/connwatch.bpf.o of the package */
  readonly objectPath: string | undefined;
  /** Bytes of the ring buffer: a power of two and a multiple of the page size. @default 8388608 */
  readonly ringSize: number;
  /** Slots for start records, a power of two; who finds its slot taken goes to socket storage. @default 65536 */
  readonly connSlots: number;
  /** Records per batch. @default 4096 */
  readonly batchSize: number;
  /** Milliseconds to wait between drains while records come, so that they come many at a time. @default 2 */
  readonly coalesce: number;
  /**
   * Milliseconds that they may wait while they come slowly: fewer wake-ups, which cost most of what a quiet agent costs.
   * Less for a ring below 8 MiB. Not above coalesce: records are told as soon as that allows.
   */
  readonly patience: number;
  /**
   * Series that a metric family may have, which bounds the keys: what finds no room shares one (`Key.fold`).
   * Processes that are told apart are as many. @default 2000
   */
  readonly seriesLimit: number;
  /**
   * How connects are seen that fail before a SYN: `auto` takes fexit, else a kretprobe, else nothing;
   * `syscall` a tracepoint that costs every system call of the machine; `off` nothing. @default auto
   */
  readonly syncFailures: SyncFailures;
  /**
   * For those who read single records: each success and each accept has a record when it happens, and batches hold all
   * records. Else the record of the end reports success and accept, a cut what is still open, and batches hold failed
   * connects alone: the price is less than half. `Cut.counts` is the same either way. @default true
   */
  readonly immediate: boolean;
  /** An error after the start, in the drain. @default throws it, which ends the process */
  readonly onError: (error: unknown) => void;
}

export function defaultConfig(): Config {
  return {
    objectPath: undefined,
    ringSize: 8 << 20,
    connSlots: 65_536,
    batchSize: 4096,
    coalesce: 2,
    seriesLimit: 2000,
    patience: 0,
    syncFailures: 'auto',
    immediate: true,
    onError: (error) => {
      throw error;
    },
  };
}
