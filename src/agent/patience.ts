/** Records may wait this long, milliseconds, because metrics show them only when their window ends, after seconds. */
export const DRAIN_PATIENCE_MS = 50;
