import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from './paths.mjs';
import { run } from './run.mjs';

/** A checkout in which nothing is built. */
let checkout;

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'connwatch-answers-'));
  for (const name of ['scripts', 'src', 'test', 'bench', 'charts', 'bpf', 'package.json', 'package-lock.json']) cpSync(at(name), join(checkout, name), { recursive: true });
  symlinkSync(at('node_modules'), join(checkout, 'node_modules'));
});

afterAll(() => rmSync(checkout, { recursive: true }));

test.each([
  ['accuracy.mjs', '--list', /^How a connect ends: success\n/],
  ['accuracy.mjs', '--help', /^npm run accuracy /],
  ['endure.mjs', '--list', /^collector-down\n/],
  ['endure.mjs', '--help', /^npm run endure /],
  ['bench.mjs', '--help', /^npm run bench /],
])('%s %s answers without set-up', async (script, arg, answer) => {
  const { code, stdout, stderr } = await run(process.execPath, [join(checkout, 'scripts', script), arg]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(answer);
  expect(existsSync(join(checkout, 'build'))).toBe(false);
}, 60_000);
