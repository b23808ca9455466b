export { libbpfVersion } from './binding.ts';
export { defaultConfig } from './config.ts';
export type { Config } from './config.ts';
export { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, KIND, OUTCOMES, TCP_STATES } from './layout.ts';
export type { Outcome } from './layout.ts';
export { Manager } from './manager.ts';
export type * from './types.ts';
