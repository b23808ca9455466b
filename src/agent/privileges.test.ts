import { expect, it } from 'vitest';
import type { Dropped } from '../ebpf/privileges.ts';
import { giveUpPrivileges } from './privileges.ts';

const FINE: Dropped = { keeps: ['CAP_BPF'], why: 'it is asked for', bounding: [], noNewPrivileges: true, left: [], threads: 7 };
const SAID = [['privileges dropped', { keeps: ['CAP_BPF'], why: 'it is asked for', bounding: [], noNewPrivileges: true }]];

it.each<[string, Partial<Dropped>, unknown[]]>([
  ['what is kept, and why', {}, SAID],
  ['a thread that could not be reached', { left: ['CAP_CHOWN'] }, [...SAID, ['a thread keeps its capabilities: run Node.js with --disable-sigusr1', { left: ['CAP_CHOWN'] }]]],
  ['that nothing is known', { threads: 0 }, [['privileges dropped, but this cannot be verified: /proc cannot be read', undefined]]],
])('says %s', (_, change, expected) => {
  const said: unknown[] = [];
  const say = (fields: object | string, message?: string) => void said.push(typeof fields === 'string' ? [fields, message] : [message, fields]);
  giveUpPrivileges({ info: say, warn: say }, () => ({ ...FINE, ...change }));
  expect(said).toEqual(expected);
});
