import { expect, it } from 'vitest';
import { ByteWriter } from './bytes.ts';

it('writes text of any length in bytes, also into a buffer that is too small for it', () => {
  const texts = ['é', 'a', '€€€', '\u{1f600}', '', 'x'.repeat(100)];
  const out = new ByteWriter(1);
  for (const text of texts) out.text(text);
  out.ascii('.');
  expect(String(out.take())).toBe(`${texts.join('')}.`);
});
