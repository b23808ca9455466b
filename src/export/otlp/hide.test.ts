import { expect, it } from 'vitest';
import { hider, plain } from './hide.ts';

it.each([
  [['s3cret'], 'invalid token s3cret, not s3cret', 'invalid token <hidden>, not <hidden>'],
  [['abcd', 'abcdef'], 'abcdef and abcd', '<hidden> and <hidden>'],
  [['a', '', 'abc'], 'a text about abc', 'a text about abc'],
  [[], 'two\n  lines ', 'two lines'],
  [['ab/c=='], '?token=ab%2Fc%3D%3D&x', '?token=<hidden>&x'],
  [['ab"cd'], '{"token":"ab\\"cd"}', '{"token":"<hidden>"}'],
  [['SECRETTOKEN123456'], 'unknown token SECRETTOKEN1...', 'unknown token <hidden>...'],
  [['SECRETTOKEN123456'], 'SECRETTOK and SECRETTOKX, not SECRETTO', '<hidden> and <hidden>X, not SECRETTO'],
  [['12345678', '123456789'], '1234567 and 12345678x', '1234567 and <hidden>x'],
  [['abcdefgh-long', 'abcdefghX'], 'abcdefghX and abcdefgh', '<hidden> and <hidden>'],
  [['xx.*xx'], 'xx.*xx xxyyxx', '<hidden> xxyyxx'],
])('without %j: %j', (secrets, message, expected) => {
  expect(hider(secrets)(message)).toBe(expected);
});

it.each(['base64', 'base64url', 'hex'] as const)('hides a secret also in %s, alone or in the middle of something, at each of its offsets', (encoding) => {
  const secret = 'Bearer ~~~???tok3n';
  const hide = hider([secret]);
  for (let before = 0; before < 7; before++) {
    for (let after = 0; after < 4; after++) {
      const encoded = Buffer.from(`${'?'.repeat(before)}${secret}${'~'.repeat(after)}`).toString(encoding);
      expect(hide(`unknown token ${encoded}.`)).toBe('unknown token <hidden>.');
      expect(hide(`{"token":"${encoded.replace(/=+$/, '')}"}`)).toBe('{"token":"<hidden>"}');
    }
  }
  expect(hide(`HEX ${Buffer.from(secret).toString('hex').toUpperCase()}`)).toBe('HEX <hidden>');
});

it('leaves words and numbers that are no encoded secret', () => {
  const message = `connect ECONNREFUSED 127.0.0.1:4317 ${Buffer.from('something else of that length').toString('base64')} path/to/a/file`;
  expect(hider(['Bearer abc123', 'abc123', 'Bearer'])(message)).toBe(message);
});

it('is short', () => {
  expect(hider([])('x'.repeat(1000))).toBe(`${'x'.repeat(300)}...`);
});

it.each([
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:4317. Resolution note: ',
    'UNAVAILABLE: connect ECONNREFUSED 127.0.0.1:4317',
  ],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 10.001s', 'DEADLINE_EXCEEDED: Deadline exceeded after 10.001s'],
  ['no answer in time', 'no answer in time'],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: 406D43A5307F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/x.c:77:. Resolution note: ',
    'the server there does not speak TLS: use http:// or its port for TLS',
  ],
  [
    'write EPROTO 404D8CD66E7F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:',
    'the server there does not speak TLS: use http:// or its port for TLS',
  ],
])('%j is %j', (message, expected) => {
  expect(plain(message)).toBe(expected);
});
