import { decoded } from './headers.ts';
import type { Environment } from './variables.ts';

const NAME = 'OTEL_RESOURCE_ATTRIBUTES';
/** The SDK's limit for names and values. */
const LONGEST = 255;

/**
 * We check the list because the SDK ignores all of it if one entry is invalid, and
 * reports this at debug only.
 * @returns a problem for each invalid entry, with its name or position, never its value
 */
export function resourceProblems(environment: Environment): string[] {
  const entries = (environment[NAME] ?? '').split(',').filter((entry) => entry.trim() !== '');
  return entries.flatMap((entry, index) => {
    const problem = why(entry);
    return problem === undefined ? [] : [`invalid value for ${NAME}: ${problem} (entry ${index + 1} of the list)`];
  });
}

function why(entry: string): string | undefined {
  const [rawName = '', rawValue, ...more] = entry.split('=').map((part) => part.trim());
  if (rawValue === undefined) return 'an entry is not name=value';
  const [name, value] = [decoded(rawName), decoded(rawValue)];
  if (name === '') return 'a name is empty';
  if (name === undefined) return 'a % in a name is not followed by two hexadecimal digits of UTF-8';
  if (name.length > LONGEST) return `a name has ${name.length} characters, more than ${LONGEST}`;
  if (more.length > 0) return `the value of ${name} contains a =, which must be written %3D`;
  if (value === undefined) return `a % in the value of ${name} is not followed by two hexadecimal digits of UTF-8`;
  if (value.length > LONGEST) return `the value of ${name} has ${value.length} characters, more than ${LONGEST}`;
  return undefined;
}
