import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DrainStats } from '../../ebpf/types.ts';
import { ownProcess, type OwnProcess } from './own-process.ts';

/** Facts about the agent itself, injected so that tests can reproduce the output. */
export interface SelfSources {
  readonly version: string;
  readonly commit: string;
  /** Version of Node.js, without the v. */
  readonly node: string;
  /** Version of libbpf, without the v. */
  readonly libbpf: string;
  /** Start of this process, Unix seconds. */
  readonly startTime: number;
  /** CPU time of this process so far, microseconds. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Resident memory, bytes. */
  memoryUsage(): number;
  /** What the kernel says about this process. */
  ownProcess(): OwnProcess;
  /** 99th percentile of the event loop's delay since the last call, seconds; undefined: no sample. */
  eventLoopDelay(): number | undefined;
  /** Failed exports so far, by exporter, including 0. */
  exportFailures(): Readonly<Record<string, number>>;
  /** Failed connects so far: written, and left out. */
  failureRecords(): { readonly written: number; readonly left_out: number };
  /** Requests for names of containers so far, by server; undefined: nobody is asked. */
  nameRequests(): Readonly<Record<string, { readonly ok: number; readonly failed: number }>> | undefined;
  /** Of kernel and drain as they are now; undefined: the programs are not loaded. Before the first window is complete their counters are those of the page. */
  stats(): DrainStats | undefined;
}

export type SelfGiven = Pick<SelfSources, 'version' | 'commit' | 'libbpf' | 'stats' | 'exportFailures' | 'failureRecords' | 'nameRequests'>;

/** The sources of a running agent. `close()` stops the event loop's monitor. */
export function selfSources(given: SelfGiven): SelfSources & { close(): void } {
  // The monitor is a timer that wakes the process; 10 times a second is enough to detect a stall.
  const resolution = 100;
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  let last: number | undefined;
  return {
    ...given,
    node: process.versions.node,
    startTime: performance.timeOrigin / 1000,
    cpuUsage: () => process.cpuUsage(),
    memoryUsage: () => process.memoryUsage.rss(),
    ownProcess: () => ownProcess(),
    eventLoopDelay() {
      // Two collections in a row: the second has no sample of its own.
      if (delays.count === 0) return last;
      // Node.js measures between ticks, so each sample includes the timer's period.
      last = Math.max(0, delays.percentile(99) / 1e9 - resolution / 1000);
      delays.reset();
      return last;
    },
    close: () => void delays.disable(),
  };
}
