import type { Cut } from '../ebpf/types.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS } from './histograms.ts';

const AFTER_OUTCOMES = OUTCOMES.length;

/**
 * Columns of counts in a snapshot row. The first are connects by outcome, index = OUTCOMES.
 * `noSyn`: connects that ended before a SYN was queued; `errored`: connects that left an error in
 * the socket after their SYN was queued; `aborted`: connections that ended in ESTABLISHED or
 * CLOSE_WAIT. The last are the buckets of three histograms.
 */
export const COLUMN = {
  connect: 0,
  accept: AFTER_OUTCOMES,
  close: AFTER_OUTCOMES + 1,
  noSyn: AFTER_OUTCOMES + 2,
  errored: AFTER_OUTCOMES + 3,
  aborted: AFTER_OUTCOMES + 4,
  synRetransmits: AFTER_OUTCOMES + 5,
  dataRetransmits: AFTER_OUTCOMES + 6,
  resetsIn: AFTER_OUTCOMES + 7,
  resetsOut: AFTER_OUTCOMES + 8,
  /** Handshakes of successful connects. HANDSHAKE_BOUNDS.length + 1 columns. */
  handshake: AFTER_OUTCOMES + 9,
  /** Lifetimes of connections that were observed from their beginning. LIFE_BOUNDS.length + 1 columns. */
  life: AFTER_OUTCOMES + 9 + HANDSHAKE_BOUNDS.length + 1,
  /** Smoothed round-trip times, one for each end and each flow record. HANDSHAKE_BOUNDS.length + 1 columns. */
  rtt: AFTER_OUTCOMES + 9 + HANDSHAKE_BOUNDS.length + 1 + LIFE_BOUNDS.length + 1,
} as const;
export const COLUMNS = COLUMN.rtt + HANDSHAKE_BOUNDS.length + 1;

/** Columns of sums: seconds of the histograms, payload bytes. */
export const SUM = { handshake: 0, life: 1, rtt: 2, bytesSent: 3, bytesReceived: 4 } as const;
export const SUMS = 5;

/** Counters by key: `counts[row * COLUMNS + column]` and `sums[row * SUMS + column]` for the key `keys[row]`. */
export interface SnapshotRows {
  readonly rows: number;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
}

/**
 * The counts of one window. It owns its memory, so it stays valid. An idle window has no rows.
 * Records that the kernel has folded are in rows of keys whose process is `[folded]`; they have no times.
 */
export interface Snapshot extends SnapshotRows {
  /** Start of the window, Unix milliseconds, aligned to the interval (the first one starts when the stream does). */
  readonly start: number;
  /** End of the window, Unix milliseconds: the moment of the cut. */
  readonly end: number;
  /** Live sockets, statistics and exits at the end of the window. */
  readonly cut: Cut;
}
