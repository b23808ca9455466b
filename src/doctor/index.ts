export { collectFacts, systemFacts } from './collect.ts';
export type { Targets } from './collector.ts';
export { examine, startable, worst } from './examine.ts';
export { explain } from './explain.ts';
export { table, type TableOptions } from './table.ts';
export type { Check, Facts, Status } from './types.ts';
