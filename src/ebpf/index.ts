export { OUTCOMES, type Outcome } from '../words/outcomes.ts';
export type { Role } from '../words/role.ts';
export { TCP_STATES } from '../words/tcp-states.ts';
export { libbpfVersion, ownNetns } from './binding.ts';
export { defaultConfig } from './config.ts';
export type { Config } from './config.ts';
export { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, KIND } from './layout.ts';
export { Manager } from './manager.ts';
export type * from './types.ts';
