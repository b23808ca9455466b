import { asyncScheduler, isObservable, Observable, of } from 'rxjs';
import type { OperatorFunction, SchedulerLike, Subscription } from 'rxjs';
import type { Batch } from '../ebpf/types.ts';
import type { Snapshot } from './snapshot.ts';

export interface WindowOptions {
  /**
   * Length of a window, milliseconds; windows end at its multiples in Unix time.
   * If an Observable emits a new length, the current window ends at its next multiple.
   */
  readonly interval: number | Observable<number>;
  /** Requests a cut. The source then emits a batch with the cut, at once or later. */
  readonly requestCut: () => void;
  /** @default asyncScheduler */
  readonly scheduler?: SchedulerLike;
}

/**
 * Emits a snapshot at every cut. It requests a cut at the end of each window. A late cut makes its window longer and the next one
 * shorter; nothing counts twice. An idle window has no rows. When the source
 * completes, records after the last cut are not emitted.
 */
export function windows(options: WindowOptions): OperatorFunction<Batch, Snapshot> {
  const { interval, requestCut, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable((subscriber) => {
      let start = scheduler.now();
      subscriber.add(
        source.subscribe({
          next(batch) {
            if (batch.cut === undefined) return;
            const end = scheduler.now();
            const { counts, ...cut } = batch.cut;
            const snapshot = { start, end, ...counts, cut };
            start = end;
            subscriber.next(snapshot);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
      let ticks: Subscription | undefined;
      const tick = (length: number): Subscription => {
        let due = nextMultiple(scheduler.now(), length);
        return scheduler.schedule(function () {
          if (subscriber.closed) return;
          // Node's timers count from the start of the loop's turn, so after a long turn they fire early,
          // and a window of a few milliseconds would follow. Does not apply if the clock was set back.
          const early = due - scheduler.now();
          if (early > 0 && early < length) {
            this.schedule(undefined, early);
            return;
          }
          try {
            requestCut();
          } catch (error) {
            subscriber.error(error);
            return;
          }
          const now = scheduler.now();
          due = nextMultiple(now, length);
          this.schedule(undefined, due - now);
        }, due - scheduler.now());
      };
      subscriber.add(
        (isObservable(interval) ? interval : of(interval)).subscribe((length) => {
          ticks?.unsubscribe();
          ticks = tick(length);
        }),
      );
      subscriber.add(() => ticks?.unsubscribe());
    });
}

/** The first multiple of `interval` after `now`, milliseconds. */
export function nextMultiple(now: number, interval: number): number {
  return now - (now % interval) + interval;
}
