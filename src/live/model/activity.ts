import { quantileOf } from '../../internal/quantile.ts';
import type { LiveRow, LiveWindow } from './window.ts';
import { HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';

/** What one workload did with one peer, or on one port, in a window. */
export interface Activity extends Omit<LiveRow, 'connects' | 'handshakes'> {
  /** Connects that ended. */
  readonly successes: number;
  /** Failed connects by reason; reasons that did not happen are left out. */
  readonly failures: Readonly<Partial<Record<Exclude<Outcome, 'success'>, number>>>;
  /** Of the successes. Seconds, estimated from buckets as Prometheus does it; undefined without successes. */
  readonly handshake: { readonly p50: number; readonly p99: number } | undefined;
}

/** A complete window. */
export interface WindowSnapshot {
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly activities: readonly Activity[];
  /** Records that the kernel could not send. Their connects are in activities of `[folded]` without a peer. */
  readonly lost: number;
}

export function typedSnapshot({ start, end, rows, folded }: LiveWindow): WindowSnapshot {
  return { start, end, activities: rows.map(activity), lost: folded };
}

function activity({ connects, handshakes, ...row }: LiveRow): Activity {
  const failures: Partial<Record<Exclude<Outcome, 'success'>, number>> = {};
  OUTCOMES.forEach((outcome, at) => {
    if (outcome !== 'success' && connects[at]! > 0) failures[outcome] = connects[at]!;
  });
  const quantile = (q: number) => quantileOf(q, HANDSHAKE_BOUNDS, handshakes);
  const handshake = handshakes.some((count) => count > 0) ? { p50: quantile(0.5), p99: quantile(0.99) } : undefined;
  return { ...row, successes: connects[0]!, failures, handshake };
}
