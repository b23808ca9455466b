import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ERROR_CODES } from './codes.ts';
import { errorsPage } from './errors-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every quoted code of the program's own sources; the C enumerations (CW_KIND_EXIT) are not quoted. */
function codesInUse(): string[] {
  const files = globSync(['src/**/*.ts', 'native/*.{cc,h}'], { cwd: root }).filter(
    (file) => !/\.test\.ts$|fixture/.test(file) && file !== 'src/internal/codes.ts',
  );
  const found = files.flatMap((file) => readFileSync(`${root}/${file}`, 'utf8').match(/(?<=['"])CW_[A-Z_]+(?=['"])/g) ?? []);
  return [...new Set(found)].sort();
}

it('docs/errors.md is current (npx vitest run src/internal -u writes it)', async () => {
  await expect(errorsPage()).toMatchFileSnapshot('../../docs/errors.md');
});

it('every code in use is documented, and every documented one is in use', () => {
  expect(codesInUse()).toEqual(Object.keys(ERROR_CODES).sort());
});
