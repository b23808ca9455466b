import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

const KNOWN = ['kernel', 'drain'];
const DEFAULTS = { quick: false, json: false, first: false, help: false };

it.each([
  [[], { names: KNOWN, ...DEFAULTS }],
  [['drain'], { names: ['drain'], ...DEFAULTS }],
  [['drain', '--quick', 'kernel', '--json'], { ...DEFAULTS, names: ['drain', 'kernel'], quick: true, json: true }],
  [['--first', '-h'], { ...DEFAULTS, names: KNOWN, first: true, help: true }],
])('%j', (args, expected) => {
  expect(parseOptions(args, KNOWN)).toEqual(expected);
});

it('runs the usual ones when none is named', () => {
  expect(parseOptions(['--quick'], KNOWN, ['drain']).names).toEqual(['drain']);
  expect(parseOptions(['kernel'], KNOWN, ['drain']).names).toEqual(['kernel']);
});

it.each([
  [['drian'], "there is no benchmark 'drian'; there are kernel, drain."],
  [['--fast'], "Unknown option '--fast'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args, KNOWN)).toThrow(UsageError);
  expect(() => parseOptions(args, KNOWN)).toThrow(message);
});
