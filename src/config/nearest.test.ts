import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const KNOWN = ['interval', 'metrics-addr', 'health-addr', 'log-level', 'config', 'otlp', 'otlp-headers-file', 'series-limit', 'series-at-zero'];

it.each([
  ['intervl', 'interval'],
  ['intreval', 'interval'],
  ['INTERVAL', 'interval'],
  ['metric-addr', 'metrics-addr'],
  ['metricsAddr', 'metrics-addr'],
  ['loglevel', 'log-level'],
  ['conf', 'config'],
  ['otlp-headers', 'otlp-headers-file'],
  ['metrics', 'metrics-addr'],
  ['metr', undefined],
  ['series', undefined],
  ['x', undefined],
  ['colour', undefined],
  ['', undefined],
])('nearest to %j is %s', (name, found) => {
  expect(nearest(name, KNOWN)).toBe(found);
});
