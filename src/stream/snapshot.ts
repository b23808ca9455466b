import type { Counts, Cut } from '../ebpf/types.ts';

export { COLUMN, COLUMNS, SUM, SUMS } from '../words/columns.ts';

/**
 * What happened in one window. Owns its memory: it stays valid. An idle window has
 * no rows. What the kernel side has added up is in the rows, under keys whose
 * process is `[folded]`; there are no times of it.
 */
export interface Snapshot extends Counts {
  /** Start of the window, Unix milliseconds, aligned to the interval (the first one starts when the stream does). */
  readonly start: number;
  /** End of the window, Unix milliseconds: the moment of the cut. */
  readonly end: number;
  /** Live sockets, statistics and exits at the end of the window. */
  readonly cut: Omit<Cut, 'counts'>;
}
