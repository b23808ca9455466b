export { inspectorOf } from './inspector.ts';
export { inspect } from './docker.ts';
export { firstOf, RuntimeNames } from './names.ts';
