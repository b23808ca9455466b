import type { DrainStats } from '../ebpf/types.ts';

/** Facts about the agent itself, injected so that a page can be reproduced. */
export interface SelfSources {
  readonly version: string;
  readonly commit: string;
  /** Version of Node.js, without the v. */
  readonly node: string;
  /** Version of libbpf, without the v. */
  readonly libbpf: string;
  /** Start of this process, Unix seconds. */
  readonly startTime: number;
  /** CPU time of this process so far, microseconds, as `process.cpuUsage()`. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Resident memory, bytes. */
  memoryUsage(): number;
  /** 99th percentile of the event loop's delay since the last call, seconds; undefined when there was no sample. */
  eventLoopDelay(): number | undefined;
  /** Kernel and drain counters to show before the first window is complete, so that each series exists from the start. */
  stats(): DrainStats | undefined;
}
