import { expect, it } from 'vitest';
import { hider, plain } from './otlp-hide.ts';

it.each([
  [['s3cret'], 'invalid token s3cret, not s3cret', 'invalid token <hidden>, not <hidden>'],
  [['abcd', 'abcdef'], 'abcdef and abcd', '<hidden> and <hidden>'],
  [['a', '', 'abc'], 'a text about abc', 'a text about abc'],
  [[], 'two\n  lines ', 'two lines'],
  [['ab/c=='], '?token=ab%2Fc%3D%3D&x', '?token=<hidden>&x'],
  [['ab"cd'], '{"token":"ab\\"cd"}', '{"token":"<hidden>"}'],
  [['xx.*xx'], 'xx.*xx xxyyxx', '<hidden> xxyyxx'],
])('without %j: %j', (secrets, message, expected) => {
  expect(hider(secrets)(message)).toBe(expected);
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
])('%j is %j', (message, expected) => {
  expect(plain(message)).toBe(expected);
});
