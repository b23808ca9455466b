import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const KNOWN = ['interval', 'metrics-addr', 'health-addr', 'log-level', 'config'];

it.each([
  ['intervl', 'interval'],
  ['intreval', 'interval'],
  ['INTERVAL', 'interval'],
  ['metric-addr', 'metrics-addr'],
  ['metricsAddr', 'metrics-addr'],
  ['loglevel', 'log-level'],
  ['conf', 'config'],
  ['x', undefined],
  ['colour', undefined],
  ['', undefined],
])('nearest to %j is %s', (name, found) => {
  expect(nearest(name, KNOWN)).toBe(found);
});
