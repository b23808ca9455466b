export { Manager, type Started } from './manager.ts';
export { defaultConfig, type Config, type Handler, type ServerName } from './config.ts';
export type { BoundAddress } from './listen.ts';
