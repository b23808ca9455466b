import { Invalid } from '../../internal/invalid.ts';
import { type Filter, FILTER_FIELDS } from '../../words/filters.ts';
import type { Role } from '../../words/role.ts';
import { fromText, type Kind } from '../kinds.ts';
import { didYouMean } from '../nearest.ts';
import { ASSIGNMENTS_JSON, assignmentsOf, formatAssignments, parseAssignments } from './assignments.ts';
import { parseCidr } from './cidr.ts';

const ROLES: readonly Role[] = ['client', 'server'];
const PARSERS: { readonly [Field in keyof Filter]-?: (text: string) => NonNullable<Filter[Field]>[number] } = {
  executable: (text) => text,
  unit: (text) => text,
  container: (text) => text,
  port: parsePorts,
  cidr: parseCidr,
  netns: parseNetns,
  role: parseRole,
};

/** Sockets by who they belong to and where they lead. */
export function filter(): Kind<Filter | undefined> {
  return {
    placeholder: '<field=list;...>',
    allowed: `\`field=value,value\` with \`;\` between fields; fields are ${FILTER_FIELDS.join(', ')}; a map of fields to lists in the file`,
    schema: fromText<Filter | undefined>(parseFilter),
    json: ASSIGNMENTS_JSON,
    format: (value) => formatAssignments(Object.entries(value ?? {}).map(([field, list]) => [field, (list as readonly unknown[]).map(formatValue)])),
    fromFile: assignmentsOf,
  };
}

export function parseFilter(text: string): Filter {
  const found = [...parseAssignments(text)].map(([field, values]) => {
    if (!Object.hasOwn(PARSERS, field)) throw new Invalid(`there is no field '${field}'${didYouMean(field, FILTER_FIELDS, (one) => `'${one}'`) || `; there are ${FILTER_FIELDS.join(', ')}`}`);
    if (values.length === 0) throw new Invalid(`'${field}' has no value`);
    const parse: (text: string) => unknown = PARSERS[field as keyof Filter];
    return [field, values.map((value) => parse(value))];
  });
  return Object.fromEntries(found) as Filter;
}

function formatValue(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const [first, last] = value as [number, number];
  return first === last ? `${first}` : `${first}-${last}`;
}

function parsePorts(text: string): readonly [number, number] {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = [Number(first), Number(last)] as const;
  if (first === '' || range[0] < 1 || range[1] > 65_535 || range[0] > range[1]) throw new Invalid(`'${text}' is not a port or a range such as 8000-8099`);
  return range;
}

function parseNetns(text: string): number | 'own' {
  if (text === 'own') return text;
  const inode = /^(?:net:\[)?(\d{1,10})\]?$/.exec(text)?.[1];
  if (inode === undefined || Number(inode) > 0xffffffff) throw new Invalid(`'${text}' is not the inode number of a network namespace, nor own`);
  return Number(inode);
}

function parseRole(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new Invalid(`'${text}' is neither client nor server`);
  return role;
}
