export { Checker, defaultConfig, type Config, type Status } from './checker.ts';
export type { Handler } from './handlers.ts';
export { CollectionWatch, type WatchConfig } from './watch.ts';
