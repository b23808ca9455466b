import { Invalid } from '../../internal/invalid.ts';

/**
 * `a=x,y;b=z` as names with lists. A list may be empty. Blanks around names and values
 * do not count.
 * @throws Invalid for a part without `=`, an empty name or value, and a name given twice
 */
export function parseAssignments(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    if (at < 0) throw new Invalid(`'${part.trim()}' has no '='; write name=value,value and ';' between names`);
    const name = part.slice(0, at).trim();
    const list = part.slice(at + 1).trim();
    if (name === '') throw new Invalid(`'${part.trim()}' has no name`);
    if (found.has(name)) throw new Invalid(`'${name}' is given twice`);
    const values = list === '' ? [] : list.split(',').map((value) => value.trim());
    if (values.includes('')) throw new Invalid(`'${name}' has an empty value`);
    found.set(name, values);
  }
  return found;
}

export function formatAssignments(assignments: Iterable<readonly [string, readonly string[]]>): string {
  return [...assignments].map(([name, values]) => `${name}=${values.join(',')}`).join(';');
}

/**
 * The same of a map in the file: names to a value or a list of them. `false` is `off`, which is
 * what YAML 1.1 makes of it.
 * @throws Invalid for something else, and for a value that the text cannot hold
 */
export function assignmentsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Invalid('it is not a map of names to lists');
  return formatAssignments(
    Object.entries(value).map(([name, given]): [string, string[]] => {
      if (/[;=]/.test(name)) throw new Invalid(`'${name}' contains '=' or ';'`);
      return [name, (Array.isArray(given) ? (given as unknown[]) : [given]).map((one) => oneOf(name, one))];
    }),
  );
}

function oneOf(name: string, value: unknown): string {
  if (value === false) return 'off';
  if (typeof value !== 'string' && typeof value !== 'number') throw new Invalid(`'${name}' has a value that is neither text nor a number`);
  if (/[;,]/.test(String(value))) throw new Invalid(`'${name}' has a value with ',' or ';'`);
  return String(value);
}

/** In the chart: text, or a map of names to a value or a list. */
export const ASSIGNMENTS_JSON = {
  type: ['string', 'object'],
  minLength: 1,
  additionalProperties: { type: ['string', 'boolean', 'integer', 'array'], items: { type: ['string', 'integer'] } },
} as const;
