import { expect, test } from 'vitest';
import { target, targetArch } from './host.mjs';
import { Refusal, render, renderJson, wantsJson } from './refusal.mjs';

test('the names of the two architectures', () => {
  expect(target('linux', 'x64')).toMatchObject({ arch: 'x64', bpf: 'x86', triplet: 'x86_64-linux-gnu', debian: 'amd64' });
  expect(target('linux', 'arm64')).toMatchObject({ arch: 'arm64', bpf: 'arm64', triplet: 'aarch64-linux-gnu', debian: 'arm64' });
});

test('an image build names what it is for; else it is for this machine', () => {
  expect([targetArch('amd64'), targetArch('arm64'), targetArch('s390x')]).toEqual(['x64', 'arm64', 's390x']);
  expect([targetArch(''), targetArch(undefined)]).toEqual([process.arch, process.arch]);
});

test.each([
  ['darwin', 'arm64', 'this is darwin, not Linux.'],
  ['linux', 'riscv64', 'the architecture riscv64 is not supported.'],
])('%s on %s is refused', (platform, arch, message) => {
  expect(() => target(platform, arch)).toThrow(message);
});

test('a refusal is three lines and the end of what a tool said, without a stack', () => {
  const detail = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n');
  expect(render(new Refusal('it is broken.', { code: 'CW_SETUP_HOST', why: 'of age.', todo: 'buy another.', detail }))).toBe(
    [
      'connwatch: it is broken. [CW_SETUP_HOST]',
      '  why: of age.',
      '  do:  buy another.',
      ...Array.from({ length: 12 }, (_, index) => `    | line ${index + 9}`),
      '',
    ].join('\n'),
  );
});

test('anything else is a defect and keeps its stack', () => {
  const error = new Error('oops');
  expect(render(error)).toBe(`connwatch: a bug [CW_INTERNAL]: ${error.stack}\n`);
});

test('a refusal is a line of JSON for a machine', () => {
  const line = renderJson(new Refusal('no clang', { code: 'CW_SETUP_MISSING', why: 'it is missing', todo: 'install it', detail: 'E: x' }));
  expect(JSON.parse(line)).toMatchObject({ level: 'fatal', code: 'CW_SETUP_MISSING', why: 'it is missing', hint: 'install it', detail: 'E: x', msg: 'no clang' });
  expect(JSON.parse(renderJson(new Error('oh')))).toMatchObject({ level: 'fatal', msg: 'a bug: oh' });
});

test.each([
  [['doctor', '--json'], {}, true],
  [['--log-format=json'], {}, true],
  [['--log-format', 'json'], {}, true],
  [['--log-format', 'pretty'], { CONNWATCH_LOG_FORMAT: 'json' }, false],
  [[], { CONNWATCH_LOG_FORMAT: 'json' }, true],
  [['doctor'], {}, false],
])('%j with %o: a machine reads it: %s', (argv, environment, json) => expect(wantsJson(argv, environment)).toBe(json));
