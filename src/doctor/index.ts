export { collectFacts, systemFacts } from './collect.ts';
export { examine, startable } from './examine.ts';
export { explain } from './explain.ts';
export { table, type TableOptions } from './table.ts';
export type { Check, Facts, Status } from './types.ts';
