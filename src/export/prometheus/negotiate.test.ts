import { describe, expect, it } from 'vitest';
import { chooseCoding, chooseOffer } from './negotiate.ts';

describe('chooseCoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['zstd', 'zstd'],
    ['gzip, zstd', 'zstd'],
    ['gzip;q=1.0, zstd;q=0.9', 'gzip'],
    ['gzip;q=0.5, zstd ; q=0.8', 'zstd'],
    ['deflate, gzip;q=1.0, *;q=0.5', 'gzip'],
    ['br, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, zstd;q=0', 'identity'],
    ['gzip; q=0.0, *', 'zstd'],
    ['*', 'zstd'],
    ['*;q=0', 'identity'],
    ['br, identity', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0', 'identity'],
    ['gzip;q=2, zstd;q=x', 'identity'],
    [',,;q=1, gzip', 'gzip'],
  ])('Accept-Encoding %s: %s', (header, expected) => {
    expect(chooseCoding(header, ['zstd', 'gzip'])).toBe(expected);
  });

  it('chooses nothing that is not there', () => {
    expect(chooseCoding('zstd, gzip;q=0.1', ['gzip'])).toBe('gzip');
    expect(chooseCoding('zstd', ['gzip'])).toBe('identity');
  });
});

const OPEN = 'application/openmetrics-text';
const PROMETHEUS_2 = `${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`;
const PROMETHEUS_3 = `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPEN};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`;
const NATIVE = `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,${PROMETHEUS_3}`;

it.each([
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
  [PROMETHEUS_2, 'open'],
  [PROMETHEUS_3, 'open'],
  [NATIVE, 'open'],
  [OPEN, 'open'],
  [OPEN.toUpperCase(), 'open'],
  [`${OPEN}; version="1.0.0"; charset=utf-8`, 'open'],
  [`${OPEN};version=0.0.1`, 'text'],
  [`${OPEN};version=2.0.0, text/plain`, 'text'],
  [`${OPEN};q=0`, 'text'],
  [`${OPEN};q=0,*/*`, 'text'],
  [`${OPEN};q=0.5,text/plain;q=0.6`, 'text'],
  [`${OPEN};q=0.6,text/plain;q=0.5`, 'open'],
  [`text/plain,${OPEN}`, 'text'],
  [`${OPEN},text/plain`, 'open'],
  [`${OPEN};version=1.0.0;q=0.2,${OPEN};q=0.9,text/*;q=0.5`, 'text'],
  ['application/*', 'open'],
  ['text/*;q=0.1,application/*;q=0.2', 'open'],
  ['application/json', 'text'],
  [`${OPEN};q=x`, 'text'],
])('Accept %s: %s', (header, expected) => {
  const offers = [
    { name: 'open', type: OPEN, version: '1.0.0' },
    { name: 'text', type: 'text/plain', version: '0.0.4' },
  ];
  expect(chooseOffer(header, offers).name).toBe(expected);
});
