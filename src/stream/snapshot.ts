import type { Counts, Cut } from '../ebpf/types.ts';

export { COLUMN, COLUMNS, EXPONENTIAL_COLUMN, EXPONENTIAL_COLUMNS, SUM, SUMS } from '../words/columns.ts';

/**
 * The counts of one window. It owns its memory, so it stays valid. An idle window has no rows.
 * Records that the kernel has added up are in rows of keys whose process is `[folded]`; they
 * have no times.
 */
export interface Snapshot extends Counts {
  /** Start of the window, Unix milliseconds, aligned to the interval (the first one starts when the stream does). */
  readonly start: number;
  /** End of the window, Unix milliseconds: the moment of the cut. */
  readonly end: number;
  /** Live sockets, statistics and exits at the end of the window. */
  readonly cut: Omit<Cut, 'counts'>;
}
