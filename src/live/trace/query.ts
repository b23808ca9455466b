import { Invalid } from '../../internal/invalid.ts';
import type { TraceFilter } from './filter.ts';

const isText = (value: unknown) => typeof value === 'string' && value.length <= 256;
const isNumber = (value: unknown) => Number.isSafeInteger(value);
const isRange = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isNumber);
const isCidr = (value: unknown) => typeof value === 'string' && /^[0-9a-fA-F:.]{2,45}\/\d{1,3}$/.test(value);

const FIELDS: Readonly<Record<keyof TraceFilter, (value: unknown) => boolean>> = {
  failed: (value) => typeof value === 'boolean',
  comm: listOf(isText),
  pid: listOf(isNumber),
  port: listOf(isRange),
  cidr: listOf(isCidr),
  container: listOf(isText),
  pod: listOf(isText),
  namespace: listOf(isText),
};
const MOST = 100;

function listOf(isOne: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.length <= MOST && value.every(isOne);
}

/**
 * A filter as JSON. An unknown field is refused: a filter that does nothing would show everything.
 * @throws Invalid
 */
export function parseTraceFilter(json: string): TraceFilter {
  let filter: unknown;
  try {
    filter = JSON.parse(json);
  } catch {
    throw new Invalid('the filter is not JSON');
  }
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) throw new Invalid('the filter is not a JSON object');
  for (const [name, value] of Object.entries(filter)) {
    if (!Object.hasOwn(FIELDS, name)) throw new Invalid(`the filter has the unknown field '${name.slice(0, 40)}'`);
    if (!FIELDS[name as keyof TraceFilter](value)) throw new Invalid(`the filter's field '${name}' has an invalid value`);
  }
  return filter;
}
