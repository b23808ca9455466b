import type { CollectionWatch } from '../health/index.ts';
import type { ErrorCode } from '../internal/codes.ts';
import type { Logger } from '../internal/log/log.ts';

/** Windows without a snapshot after which the drain counts as stalled. */
const WINDOWS = 3;

/** Reports to the health watch when snapshots stop and when they resume. */
export function watchDrain(interval: number, watch: CollectionWatch, log: Logger) {
  let length = interval;
  let timer: NodeJS.Timeout | undefined;
  let silent = 0;
  return {
    start(): void {
      // Counts its own ticks instead of time, so that a process that continues after SIGSTOP does not count as stalled.
      timer = setInterval(() => {
        silent += 1;
        if (silent !== WINDOWS) return;
        log.error({ code: 'CW_STALLED' satisfies ErrorCode, windows: silent }, 'the drain has stalled: windows are not completed');
        watch.drainStalled();
      }, length);
    },
    /** Sets the length of windows, milliseconds. */
    setInterval(next: number): void {
      if (next === length) return;
      length = next;
      silent = 0;
      clearInterval(timer);
      this.start();
    },
    alive(): void {
      if (silent >= WINDOWS) log.warn('the drain has recovered');
      silent = 0;
      watch.drainResumed();
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}
