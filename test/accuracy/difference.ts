import { isDeepStrictEqual } from 'node:util';

/** The agent has shown something else than what was made. */
export class Differs extends Error {}

/** Where two plain values differ, as `client.failures.refused: 3, not 4`; undefined when they don't. */
export function differenceOf(expected: unknown, seen: unknown, place = ''): string | undefined {
  if (isDeepStrictEqual(expected, seen)) return undefined;
  if (!isRecord(expected) || !isRecord(seen)) return `${place}: ${show(seen)}, not ${show(expected)}`;
  return [...new Set([...Object.keys(expected), ...Object.keys(seen)])]
    .map((name) => differenceOf(expected[name], seen[name], place === '' ? name : `${place}.${name}`))
    .filter((difference) => difference !== undefined)
    .join('; ');
}

const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
