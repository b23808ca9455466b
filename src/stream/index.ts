export { WindowFold } from './fold.ts';
export type { Rows } from './fold.ts';
export { COLUMN, COLUMNS } from './snapshot.ts';
export type { Snapshot } from './snapshot.ts';
export { windows } from './window.ts';
export type { WindowOptions } from './window.ts';
