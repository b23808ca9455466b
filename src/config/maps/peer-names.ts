import { isIP } from 'node:net';
import { Invalid } from '../../internal/invalid.ts';
import type { NamedRanges } from '../../words/peer-names.ts';
import { fromText, type Kind } from '../kinds.ts';
import { ASSIGNMENTS_JSON, assignmentsOf, formatAssignments, parseAssignments } from './assignments.ts';
import { parseCidr } from './cidr.ts';

/** A server's client is looked for in all of them. */
const MOST = 1000;

/** Names of peers by the range of their address. */
export function peerNames(): Kind<NamedRanges | undefined> {
  return {
    placeholder: '<cidr=name;...>',
    allowed: '`range=name` with `;` between ranges; a map of ranges to names in the file',
    schema: fromText<NamedRanges | undefined>(parsePeerNames),
    json: ASSIGNMENTS_JSON,
    format: (value) => formatAssignments([...(value ?? [])].map(([range, name]) => [range, [name]])),
    fromFile: assignmentsOf,
  };
}

export function parsePeerNames(text: string): NamedRanges {
  const names = new Map<string, string>();
  for (const [given, values] of parseAssignments(text)) {
    const range = parseCidr(given);
    const [name, ...more] = values;
    if (name === undefined || more.length > 0) throw new Invalid(`'${given}' must have one name`);
    // It would be taken for the address.
    if (isIP(name) !== 0) throw new Invalid(`the name '${name}' is an address`);
    if (/^\[.*\]$/.test(name)) throw new Invalid(`the name '${name}' is in brackets, as only connwatch's own values are`);
    if (names.has(range)) throw new Invalid(`'${range}' is given twice`);
    names.set(range, name);
    if (names.size > MOST) throw new Invalid(`there are more than ${MOST} ranges`);
  }
  return names;
}
