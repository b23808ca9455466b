import { expect, test } from 'vitest';
import { satisfies } from './npm-packages.mjs';

// Uses real node_modules folders, because a package that was deleted from the disk must count as missing.
const vitest = { 'node_modules/vitest': { version: '1.0.0', integrity: 'sha512-a' } };

test.each([
  ['the same', vitest, vitest, true],
  ['one more than wanted', {}, vitest, true],
  ['absent', vitest, {}, false],
  ['another version', vitest, { 'node_modules/vitest': { version: '1.0.1', integrity: 'sha512-a' } }, false],
  ['another content', vitest, { 'node_modules/vitest': { version: '1.0.0', integrity: 'sha512-b' } }, false],
  [
    'in the list, not on the disk',
    { 'node_modules/no-such-package': { version: '1.0.0' } },
    { 'node_modules/no-such-package': { version: '1.0.0' } },
    false,
  ],
  ['optional and absent', { 'node_modules/of-another-cpu': { version: '1.0.0', optional: true } }, {}, true],
])('%s', (_title, wanted, installed, expected) => {
  expect(satisfies(wanted, installed)).toBe(expected);
});
