import { expect, test } from 'vitest';
import { target } from './host.mjs';
import { Refusal, render } from './refusal.mjs';

test('the names of the two architectures', () => {
  expect(target('linux', 'x64')).toEqual({ arch: 'x64', bpf: 'x86' });
  expect(target('linux', 'arm64')).toEqual({ arch: 'arm64', bpf: 'arm64' });
});

test.each([
  ['darwin', 'arm64', 'this is darwin, not Linux.'],
  ['linux', 'riscv64', 'the architecture riscv64 is not supported.'],
])('%s on %s is refused', (platform, arch, message) => {
  expect(() => target(platform, arch)).toThrow(message);
});

test('a refusal is three lines and the end of what a tool said, without a stack', () => {
  const detail = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n');
  expect(render(new Refusal('it is broken.', { why: 'of age.', todo: 'buy another.', detail }))).toBe(
    [
      'connwatch: it is broken.',
      '  why: of age.',
      '  do:  buy another.',
      ...Array.from({ length: 12 }, (_, index) => `    | line ${index + 9}`),
      '',
    ].join('\n'),
  );
});

test('anything else is a defect and keeps its stack', () => {
  const error = new Error('oops');
  expect(render(error)).toBe(`connwatch: ${error.stack}\n`);
});
