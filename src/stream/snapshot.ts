import type { Cut } from '../ebpf/types.ts';

/** Columns of a snapshot row. Connects by outcome come first, index = OUTCOMES. */
export const COLUMN = { connect: 0, accept: 11, close: 12 } as const;
export const COLUMNS = 13;

/**
 * What happened in one window, by key: `counts[row * COLUMNS + column]` for the
 * key `keys[row]`. Owns its memory: it stays valid. An idle window has no rows.
 */
export interface Snapshot {
  /** Start of the window, Unix milliseconds, aligned to the interval (the first one starts when the stream does). */
  readonly start: number;
  /** End of the window, Unix milliseconds: the moment of the cut. */
  readonly end: number;
  readonly rows: number;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  /** Live sockets, statistics and exits at the end of the window. */
  readonly cut: Cut;
}
