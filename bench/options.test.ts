import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

const BENCHMARKS = [{ name: 'kernel' }, { name: 'drain' }, { name: 'instructions', onlyByName: true }];
const KNOWN = ['kernel', 'drain'];
const DEFAULTS = { quick: false, json: false, first: false, help: false };

it.each([
  [[], { names: KNOWN, ...DEFAULTS }],
  [['drain'], { names: ['drain'], ...DEFAULTS }],
  [['drain', '--quick', 'kernel', '--json'], { ...DEFAULTS, names: ['drain', 'kernel'], quick: true, json: true }],
  [['instructions'], { names: ['instructions'], ...DEFAULTS }],
  [['--first', '-h'], { ...DEFAULTS, names: KNOWN, first: true, help: true }],
])('%j', (args, expected) => {
  expect(parseOptions(args, BENCHMARKS)).toEqual(expected);
});

it.each([
  [['drian'], "there is no benchmark 'drian'; there are kernel, drain, instructions."],
  [['--fast'], "Unknown option '--fast'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args, BENCHMARKS)).toThrow(UsageError);
  expect(() => parseOptions(args, BENCHMARKS)).toThrow(message);
});
