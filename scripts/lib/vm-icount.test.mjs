import { expect, test } from 'vitest';
import { parseMeasurements } from './vm-icount.mjs';

test('measurements by variant and load, for each connection, in the order of the rounds', () => {
  const printed = '1 off refused 30000\n1 agent refused 33000\n2 off refused 30100\n2 agent refused 0033100\n';
  expect(parseMeasurements(printed, 10)).toEqual({ off: { refused: [3000, 3010] }, agent: { refused: [3300, 3310] } });
});

test('anything else is an error', () => {
  expect(() => parseMeasurements('1 off refused \n', 10)).toThrow('not a measurement: 1 off refused');
});
