export { startAgent } from './agent.ts';
export type { Agent } from './agent.ts';
