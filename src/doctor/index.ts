export { collectFacts, systemFacts } from './facts/collect.ts';
export type { Targets } from './facts/collector.ts';
export { examine, startable, worst } from './findings/examine.ts';
export { explain } from './explain.ts';
export { table, type TableOptions } from './table.ts';
export type { Check, Facts, Status } from './types.ts';
