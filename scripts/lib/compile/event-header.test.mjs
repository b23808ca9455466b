import { expect, test } from 'vitest';
import { at } from '../paths.mjs';
import { run } from '../run.mjs';

const compiled = (...options) => run('clang', [...options, '-fsyntax-only', at('bpf', 'event.h')]);

// Kernel programs get their types from vmlinux.h.
const types = ['u8', 'u16', 'u32', 'u64'].flatMap((name) => ['-D', `__${name}=unsigned`]);

test.each([
  ['the kernel programs', ['-x', 'c', ...types], ['bpfel', 'bpfeb']],
  ['the addon', ['-x', 'c', '-ffreestanding', '-nostdlibinc'], ['aarch64-linux-gnu', 'aarch64_be-linux-gnu']],
])('the record layout refuses big-endian machines: %s', async (_, options, [little, big]) => {
  const refusal = /connwatch needs a little-endian machine/;
  expect((await compiled(...options, '-target', little)).stderr).not.toMatch(refusal);
  const refused = await compiled(...options, '-target', big);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(refusal)]);
});
