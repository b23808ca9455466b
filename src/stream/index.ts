export { FailureTap } from './failures.ts';
export type { FailedConnect } from './failures.ts';
export { bucketOf, HANDSHAKE_BOUNDS, LIFE_BOUNDS } from './histograms.ts';
export { COLUMN, COLUMNS, SUM, SUMS } from './snapshot.ts';
export type { Snapshot } from './snapshot.ts';
export { windows } from './window.ts';
export type { WindowOptions } from './window.ts';
