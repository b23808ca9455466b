import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ERROR_CODES } from './codes.ts';
import { errorsPage } from './errors-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// The path is not a literal, because these scripts have no types.
const table: string = '../../scripts/lib/refusal-codes.mjs';
const { REFUSAL_CODES } = (await import(table)) as { REFUSAL_CODES: Parameters<typeof errorsPage>[0] };

const TABLES = ['src/internal/codes.ts', 'scripts/lib/refusal-codes.mjs'];
const sources = (...patterns: string[]) =>
  globSync(patterns, { cwd: root })
    .filter((file) => !/\.test\.(ts|mjs)$|fixture/.test(file) && !TABLES.includes(file))
    .map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }));

/** Every quoted code; the C enumerations (CW_KIND_EXIT) are not quoted. */
function codesIn(...patterns: string[]): string[] {
  const found = sources(...patterns).flatMap(({ text }) => text.match(/(?<=['"])CW_[A-Z_]+(?=['"])/g) ?? []);
  return [...new Set(found)].sort();
}

it('docs/errors.md is current (npx vitest run src/internal -u writes it)', async () => {
  await expect(errorsPage(REFUSAL_CODES)).toMatchFileSnapshot('../../docs/errors.md');
});

it('every code in use is documented, and every documented one is in use', () => {
  expect(codesIn('src/**/*.ts', 'native/**/*.{cc,h}')).toEqual(Object.keys(ERROR_CODES).sort());
  expect(codesIn('scripts/**/*.mjs')).toEqual(Object.keys(REFUSAL_CODES).sort());
});

// That src/ makes no error without a code is a rule of the linter (eslint.config.js).
it('whatever the addon throws has a code', () => {
  const plain = /Napi::\w*Error::New|ThrowAsJavaScriptException|napi_throw/;
  const found = sources('native/**/*.{cc,h}').filter(({ file, text }) => file !== 'native/error.cc' && plain.test(text));
  expect(found.map(({ file }) => file)).toEqual([]);
});

it('whatever the scripts refuse has a code', () => {
  const coded = /^[^]*?, \{\s*code: 'CW_SETUP_/;
  const lacking = sources('scripts/**/*.mjs').flatMap(({ file, text }) =>
    text.split('new Refusal(').slice(1).flatMap((call) => (coded.test(call.slice(0, 300)) ? [] : [`${file}: ${call.slice(0, 60)}`])),
  );
  expect(lacking).toEqual([]);
});
