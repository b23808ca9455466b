export { defaultConfig } from './config.ts';
export type { Config, Defaults, KeyTable } from './config.ts';
export type { DriftCounter, DriftOptions, KernelTotals } from './drift.ts';
export type { SelfSources } from './self-sources.ts';
