// Loaded with the first request of a live view.
export { KernelSource } from './kernel-source.ts';
export { routesOf } from './socket/routes.ts';
