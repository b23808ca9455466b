import { expect, test } from 'vitest';
import { render } from '../refusal.mjs';
import { parse } from './tests.mjs';

const names = ({ kernels }) => kernels.map(({ name }) => name);

test('all kernels without arguments, some when they are named', () => {
  expect(names(parse([]))).toEqual(['5.10', '6.1', '6.12', '7.2']);
  expect(names(parse(['7.2', '6.1']))).toEqual(['6.1', '7.2']);
});

test('what follows the kernels is for Vitest', () => {
  expect(parse(['6.1', '--steady', 'test/kernel', '-t', '6.12'])).toMatchObject({
    steady: true,
    exec: undefined,
    rest: ['test/kernel', '-t', '6.12'],
  });
  expect(parse(['-t', 'owner'])).toMatchObject({ steady: false, rest: ['-t', 'owner'] });
});

test('a command', () => {
  expect(parse(['6.1', '--exec', 'uname', '-r'])).toMatchObject({ exec: 'uname -r', rest: [] });
});

test('an unknown kernel is refused, and the known ones are named', () => {
  let refusal;
  try {
    parse(['4.19']);
  } catch (error) {
    refusal = render(error);
  }
  expect(refusal).toMatch(/no kernel 4\.19 .*\n.*5\.10, 6\.1, 6\.12, 7\.2/);
});
