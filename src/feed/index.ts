export { createFeed, type Feed, type FeedOptions } from './feed.ts';
export type { Access } from './access.ts';
export type { AgentState, Edge, Frame, Listener, Workload } from './frame.ts';
