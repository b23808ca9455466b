import { expect, it } from 'vitest';
import { changes } from './reload.ts';
import { resolve } from './resolve.ts';
import { ENTRIES } from './table.ts';

const { settings } = resolve([], { terminal: false });

it('takes over what is live, and names what needs a restart', () => {
  const after = { ...settings, interval: 1000, seriesLimit: 7, ringSize: 4096, metricsAddr: ':1' };
  expect(changes(settings, after)).toEqual({
    settings: { ...settings, interval: 1000, seriesLimit: 7 },
    changed: ['interval', 'series-limit'],
    restart: ['metrics-addr', 'ring-size'],
  });
});

it('says nothing of settings that are the same', () => {
  expect(changes(settings, { ...settings })).toEqual({ settings, changed: [], restart: [] });
});

it('is live for what the agent takes over, and for nothing else', () => {
  expect(ENTRIES.filter(([, { live }]) => live).map(([key]) => key)).toEqual([
    'shutdownTimeout',
    'interval',
    'seriesLimit',
    'newSeriesAtZero',
    'failureRecords',
    'logLevel',
  ]);
});
