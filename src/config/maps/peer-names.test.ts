import { expect, it } from 'vitest';
import { assignmentsOf } from './assignments.ts';
import { parsePeerNames } from './peer-names.ts';

it('takes ranges with names, and addresses alone', () => {
  const names = new Map([['10.0.0.0/8', 'the cluster'], ['fd00::/8', 'cluster'], ['192.0.2.1/32', 'one']]);
  expect(parsePeerNames('10.0.0.0/8 = the cluster; fd00::/8=cluster;192.0.2.1=one')).toEqual(names);
  expect(parsePeerNames(assignmentsOf(Object.fromEntries(names)))).toEqual(names);
});

it.each([
  ['10.0.0.0/8=', "'10.0.0.0/8' must have one name"],
  ['10.0.0.0/8=a,b', "'10.0.0.0/8' must have one name"],
  ['10.0.0.0/8=192.0.2.1', "the name '192.0.2.1' is an address"],
  ['ten/8=a', "'ten/8' is not an address or a range such as 10.0.0.0/8"],
  ['10.0.0.0/8=[other]', "the name '[other]' is in brackets, as only connwatch's own values are"],
  ['1.2.3.4=a;1.2.3.4/32=b', "'1.2.3.4/32' is given twice"],
])('%s is refused', (text, why) => {
  expect(() => parsePeerNames(text)).toThrow(why);
});
