export { Checker, defaultConfig, type Config } from './checker.ts';
export type { Status } from './status.ts';
export type { Handler } from './handlers.ts';
export { CollectionWatch, type WatchConfig } from './watch.ts';
