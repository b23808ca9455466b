import { expect, test } from 'vitest';
import { summarise } from './summary.mjs';

const passed = { file: 'src/a.test.ts', name: 'a', state: 'passed' };
const failed = { file: 'src/a.test.ts', name: 'b', state: 'failed' };
const skipped = { file: 'test/kernel/k.test.ts', name: 'k', state: 'skipped', reason: 'not root' };
const results = (outcomes, broken = []) => ({ outcomes, broken });
const plain = { kernelMustRun: false };

test('all passed: one line, the counts', () => {
  expect(summarise(results([passed, passed]), plain)).toMatchObject({
    lines: ['connwatch: 2 passed, 0 failed, 0 skipped'],
    ok: true,
  });
});

test('a failed test fails the run', () => {
  expect(summarise(results([passed, failed]), plain)).toMatchObject({
    lines: ['connwatch: 1 passed, 1 failed, 0 skipped'],
    ok: false,
  });
});

test('a file that does not load, or an error outside of a test, counts as failed', () => {
  expect(summarise(results([passed], ['src/b.test.ts: the file']), plain)).toMatchObject({
    lines: ['connwatch: 1 passed, 1 failed, 0 skipped'],
    ok: false,
  });
});

test('what skipped is listed with its reason, before the counts', () => {
  const silent = { file: 'src/c.test.ts', name: 'c', state: 'skipped' };
  expect(summarise(results([passed, skipped, silent]), plain)).toMatchObject({
    lines: [
      'Skipped:',
      '  test/kernel/k.test.ts: k: not root',
      '  src/c.test.ts: c: gives no reason',
      'connwatch: 1 passed, 0 failed, 2 skipped',
    ],
    ok: true,
  });
});

test('a skipped kernel test fails the run where it could have run', () => {
  expect(summarise(results([passed, skipped]), { kernelMustRun: true })).toMatchObject({
    lines: [
      'Skipped:',
      '  test/kernel/k.test.ts: k: not root',
      'Failed: 1 kernel test(s) were skipped, although this is root on a kernel with BTF.',
      'connwatch: 1 passed, 0 failed, 1 skipped',
    ],
    ok: false,
  });
});

test('what the tests left behind fails the run', () => {
  expect(summarise({ ...results([passed]), left: ['prog 12'] }, plain)).toMatchObject({
    lines: ['Failed: the tests left behind:', '  prog 12', 'connwatch: 1 passed, 1 failed, 0 skipped'],
    ok: false,
  });
});

test('no test, or only skipped ones, is no success', () => {
  expect(summarise(results([]), plain)).toMatchObject({
    lines: ['Failed: no test ran.', 'connwatch: 0 passed, 0 failed, 0 skipped'],
    ok: false,
  });
  expect(summarise(results([skipped]), plain).ok).toBe(false);
});
