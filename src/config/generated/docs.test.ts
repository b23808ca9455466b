import { expect, it } from 'vitest';
import { configurationPage } from './docs.ts';

it('docs/configuration.md is current (npx vitest run src/config -u writes it)', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../../docs/configuration.md');
});
