import { Invalid } from '../../internal/invalid.ts';
import { attributesOf, FAMILY_NAMES, type FamilyName, type KeptAttributes, OWNER, withOwners, withoutOwners } from '../../words/families.ts';
import { fromText, type Kind } from '../kinds.ts';
import { didYouMean } from '../nearest.ts';
import { ASSIGNMENTS_JSON, assignmentsOf, formatAssignments, parseAssignments } from './assignments.ts';

const PREFIX = 'connwatch.';
const OFF = 'off';

/** Metrics with the attributes that each keeps. */
export function attributes(): Kind<KeptAttributes | undefined> {
  return {
    placeholder: '<metric=list;...>',
    allowed: '`metric=attribute,attribute` or `metric=off`, with `;` between metrics; a map of metrics to lists in the file',
    schema: fromText<KeptAttributes | undefined>(parseAttributes),
    json: ASSIGNMENTS_JSON,
    format: (value) => formatAssignments(Object.entries(value ?? {}).map(([family, kept]) => [family, kept === OFF ? [OFF] : (kept ?? [])])),
    fromFile: assignmentsOf,
  };
}

/** A name that ends in `*` stands for all metrics that begin so. A metric's own name comes before such a one. */
export function parseAttributes(text: string): KeptAttributes {
  const given = [...parseAssignments(text)];
  const patterns = given.filter(([name]) => name.endsWith('*'));
  const names = given.filter(([name]) => !name.endsWith('*')).flatMap(([name, values]) => familiesOf(name).map((family) => [family, values] as const));
  const twice = names.find(([family], at) => names.findIndex(([other]) => other === family) < at);
  if (twice !== undefined) throw new Invalid(`${twice[0]} is given twice`);
  const kept: Partial<Record<FamilyName, readonly string[] | 'off'>> = {};
  for (const [pattern, values] of patterns) for (const family of familiesOf(pattern)) kept[family] = keptOf(family, values);
  for (const [family, values] of names) kept[family] = keptOf(family, values);
  return kept;
}

function familiesOf(name: string): FamilyName[] {
  const begin = name.endsWith('*') ? name.slice(0, -1) : undefined;
  const found = FAMILY_NAMES.filter((family) => [family, short(family)].some((known) => (begin === undefined ? known === name : known.startsWith(begin))));
  if (found.length > 0) return found;
  const asked = exposedAs(name) ?? name;
  const known = asked.startsWith(PREFIX) ? FAMILY_NAMES : FAMILY_NAMES.map(short);
  throw new Invalid(`there is no metric '${name}'${didYouMean(asked, known, (one) => `'${one}'`)}`);
}

/** The longest metric whose name on a page of Prometheus begins so, such as `connwatch_tcp_io_bytes_total`. */
function exposedAs(name: string): FamilyName | undefined {
  return FAMILY_NAMES.filter((family) => `${name}_`.startsWith(`${family.replaceAll('.', '_')}_`)).sort((a, b) => b.length - a.length)[0];
}

/** The prefix may be left out. */
function short(family: FamilyName): string {
  return family.startsWith(PREFIX) ? family.slice(PREFIX.length) : family;
}

function keptOf(family: FamilyName, values: readonly string[]): readonly string[] | 'off' {
  if (values.length === 1 && values[0] === OFF) return OFF;
  const known = attributesOf(family);
  const wrong = values.find((value) => !known.includes(value) && !(value === OWNER && known.includes(`${OWNER}.name`)));
  if (wrong !== undefined) {
    const suggestion = didYouMean(wrong, known, (one) => `'${one}'`) || `; it has ${withoutOwners(known).join(', ')}`;
    throw new Invalid(`${family} has no attribute '${wrong}'${suggestion}`);
  }
  const wanted = withOwners(values);
  return known.filter((name) => wanted.includes(name));
}
