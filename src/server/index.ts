export { Manager, type Started } from './manager.ts';
export { defaultConfig, type Config, type Handler, type ServerName } from './config.ts';
export type { BoundAddress } from './listen.ts';
export type { LandingProbe, LandingStatus } from './landing.ts';
export type { Limits } from './limited/limits.ts';
export type { ClientAuth, Protection } from './protected/protection.ts';
