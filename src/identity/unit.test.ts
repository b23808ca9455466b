import { expect, it } from 'vitest';
import { lastingUnit } from './unit.ts';

it.each([
  ['nginx.service', 'nginx.service'],
  ['postgresql@15-main.service', 'postgresql@15-main.service'],
  ['getty@tty1.service', 'getty@tty1.service'],
  ['user@1000.service', 'user@1000.service'],
  ['docker.socket', 'docker.socket'],
  ['dev-sda2.swap', 'dev-sda2.swap'],
  ['sshd@12-10.0.0.1:22-10.0.0.9:51234.service', 'sshd@.service'],
  ['sshd@3-[fe80::1]:22-[fe80::2]:51234.service', 'sshd@.service'],
  ['systemd-coredump@7-4711-0.service', 'systemd-coredump@.service'],
  ['run-u12.service', undefined],
  ['run-r0123456789abcdef0123456789abcdef.service', undefined],
  ['run-p4711-i4712.service', undefined],
  ['session-3.scope', undefined],
  ['init.scope', undefined],
  ['conmon', undefined],
])('%s is %s', (unit, name) => {
  expect(lastingUnit(unit)).toBe(name);
});
