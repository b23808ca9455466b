import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from './codes.ts';
import { ConnwatchError, asError, codeOf, oneLine } from './errors.ts';

describe('ConnwatchError', () => {
  it('keeps code, hint and cause', () => {
    const cause = new Error('EPERM');
    const error = new ConnwatchError('cannot load', { code: 'CW_PERMISSION', hint: 'Run as root.', cause });
    expect(error).toMatchObject({ name: 'ConnwatchError', message: 'cannot load', code: 'CW_PERMISSION', hint: 'Run as root.', cause });
  });

  it('has no cause and an empty hint unless given', () => {
    const error = new ConnwatchError('x', { code: 'CW_CONFIG' });
    expect(error.hint).toBe('');
    expect('cause' in error).toBe(false);
  });
});

describe('oneLine', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each<[string, unknown, string]>([
    ['an error', new TypeError('bad'), 'bad'],
    ['an error without message', new TypeError(), 'TypeError'],
    ['a hint', new ConnwatchError('no BTF.', { code: 'CW_NO_BTF', hint: 'Use another kernel.' }), 'no BTF. Use another kernel.'],
    ['several lines', new Error('first\n  second\r\n'), 'first second'],
    ['joined errors', new AggregateError([new Error('a'), new Error('b')], 'closing failed'), 'closing failed: a; b'],
    ['joined errors without message', new AggregateError([new Error('a'), 'b']), 'a; b'],
    ['a string', 'plain', 'plain'],
    ['a number', 7, 'thrown: 7'],
    ['nothing', undefined, 'thrown: undefined'],
    ['an object', { a: 1 }, 'thrown: {"a":1}'],
    ['a circular object', circular, 'thrown: [object Object]'],
  ])('%s', (_, thrown, text) => {
    expect(oneLine(thrown)).toBe(text);
  });
});

it('codeOf reads string codes only', () => {
  expect(codeOf(Object.assign(new Error(), { code: 'EPIPE' }))).toBe('EPIPE');
  expect([codeOf({ code: 1 }), codeOf(null), codeOf('x'), codeOf({})]).toEqual([undefined, undefined, undefined, undefined]);
});

it('asError keeps errors and wraps the rest', () => {
  const error = new Error('x');
  expect(asError(error)).toBe(error);
  expect(asError('x')).toMatchObject({ message: 'x', cause: 'x' });
});

it('every code is described by a sentence', () => {
  for (const [code, { means, todo }] of Object.entries(ERROR_CODES)) {
    expect(code).toMatch(/^CW_[A-Z_]+$/);
    expect(means).toMatch(/^[A-Z].*\.$/);
    expect(todo).toMatch(/^[A-Z`].*\.$/);
  }
});
