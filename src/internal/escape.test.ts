import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from './escape.ts';

const bytes = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

describe('printable', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', bytes(), ''],
    ['plain ASCII', bytes('curl -s ~'), 'curl -s ~'],
    ['valid UTF-8 of every length', bytes('aé€😀'), 'aé€😀'],
    ['newline stays', bytes('a\nb'), 'a\nb'],
    ['C0 controls', bytes('a\t\r\x1b[31m'), 'a\\x09\\x0d\\x1b[31m'],
    ['NUL', bytes(0), '\\x00'],
    ['DEL', bytes('\x7f'), '\\x7f'],
    ['C1, as its UTF-8 bytes', bytes('\u009b1m'), '\\xc2\\x9b1m'],
    ['first character after C1', bytes('\u00a0'), '\u00a0'],
    ['a stray byte', bytes('a', 0xff, 'b'), 'a\\xffb'],
    ['a lone tail byte', bytes(0x80), '\\x80'],
    ['a cut sequence', bytes(0xe2, 0x82), '\\xe2\\x82'],
    ['a cut sequence before text', bytes(0xf0, 0x9f, 'ok'), '\\xf0\\x9fok'],
    ['overlong forms', bytes(0xc0, 0xaf, 0xe0, 0x80, 0xaf), '\\xc0\\xaf\\xe0\\x80\\xaf'],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), '\\xed\\xa0\\x80'],
    ['above U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), '\\xf4\\x90\\x80\\x80'],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 'a'), '\ufeffa'],
    ['a backslash', bytes('a\\b\\'), 'a\\b\\'],
    ['a backslash and x alone', bytes('\\x \\x4 \\xg0'), '\\x \\x4 \\xg0'],
    ['text that looks escaped', bytes('\\xff \\xFF'), '\\x5cxff \\x5cxFF'],
    ['a backslash before a stray byte', bytes('\\', 0xff), '\\\\xff'],
    ['a backslash before text that looks escaped', bytes('\\\\xff'), '\\\\x5cxff'],
    ['a quote', bytes('a"b'), 'a"b'],
  ])('%s', (_, input, text) => {
    expect(printable(input)).toBe(text);
  });

  it('reads a view at an offset', () => {
    expect(printable(bytes('xxabcxx').subarray(2, 5))).toBe('abc');
  });

  // Mixes bytes that make the hard cases likely with any byte.
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.array(fc.constantFrom(...Buffer.from('\\xX4fF\n'), 0xff, 0xc2, 0x9b, 0xe2, 0x82, 0x5c), { maxLength: 12 }).map(
      (list) => Uint8Array.from(list),
    ),
  );

  it('can be undone, so two inputs never share a text', () => {
    fc.assert(
      fc.property(hostile, (input) => undo(printable(input)).equals(input)),
      { numRuns: 2000 },
    );
  });

  it('is valid text without controls', () => {
    fc.assert(
      fc.property(hostile, (input) => {
        const text = printable(input);
        expect(() => encodeURIComponent(text)).not.toThrow(); // it throws on lone surrogates
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 2000 },
    );
  });
});

function undo(text: string): Buffer {
  return Buffer.concat(
    text.split(/(\\x[0-9a-f]{2})/).map((part, i) => (i % 2 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part))),
  );
}
