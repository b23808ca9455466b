import { OUTCOMES } from './outcomes.ts';

/*
 * The addon counts records by key, in rows of these columns (native/cut/counts.h). A value of a
 * histogram goes into the first bucket whose bound is not below it; a value above all bounds
 * goes into the last bucket. Bounds are seconds.
 */

/** Handshakes and round trips. The later bounds lie just above the times of SYN retransmissions (1, 3, 7 s, ...). */
export const HANDSHAKE_BOUNDS: readonly number[] = [
  50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 1.1, 3.1, 7.2, 15, 31, 63, 127,
];

/** Lifetimes of connections: 1 ms to 7 days. */
export const LIFE_BOUNDS: readonly number[] = [
  1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 259_200, 604_800,
];

const AFTER_OUTCOMES = OUTCOMES.length;

/**
 * Columns of counts. The first are connects by outcome, index = OUTCOMES. `noSyn`: connects that
 * ended before a SYN was queued; `errored`: connects that left an error in the socket after their
 * SYN was queued; `aborted`: connections that ended in ESTABLISHED or CLOSE_WAIT. The last are
 * the buckets of three histograms.
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

/**
 * Exponential buckets, on request: bucket i has the values above 2^(i/4), up to 2^((i+1)/4) seconds (OpenTelemetry's data model,
 * "ExponentialHistogram", at this scale). Smaller values count as zero.
 */
export const EXPONENTIAL_SCALE = 2;

/** The buckets `offset` to `offset + size - 1`. */
export interface ExponentialRange {
  readonly offset: number;
  readonly size: number;
}

/** From 1 µs, which is 2^-20 s, to 4.5 hours (a connect with the most SYNs that Linux can send), and to 8 years. */
export const EXPONENTIAL = { handshake: { offset: -80, size: 136 }, life: { offset: -80, size: 192 } } as const satisfies Record<string, ExponentialRange>;

/** In the addon each range has one more bucket below it, and one above. */
const EXTRA = 2;
export const EXPONENTIAL_COLUMN = {
  handshake: 0,
  life: EXPONENTIAL.handshake.size + EXTRA,
  rtt: EXPONENTIAL.handshake.size + EXPONENTIAL.life.size + 2 * EXTRA,
} as const;
export const EXPONENTIAL_COLUMNS = EXPONENTIAL_COLUMN.rtt + EXPONENTIAL.handshake.size + EXTRA;

/** Upper bounds of the bucket below a range and of its own, seconds. */
export function exponentialBounds({ offset, size }: ExponentialRange): number[] {
  return Array.from({ length: size + 1 }, (_, index) => 2 ** ((offset + index) / 2 ** EXPONENTIAL_SCALE));
}
