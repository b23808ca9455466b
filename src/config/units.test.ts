import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['1ms', 1],
    ['500ms', 500],
    ['5s', 5_000],
    ['0.3s', 300],
    ['1.5m', 90_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1h1m1s1ms', 3_661_001],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    ['', 'it is not a duration such as 500ms, 5s or 1m30s'],
    ['5', 'it has no unit; write 5s for seconds'],
    ['1.5', 'it has no unit; write 1.5s for seconds'],
    ['-5s', 'it is not a duration'],
    ['5 s', 'it is not a duration'],
    ['5S', 'it is not a duration'],
    ['5sec', 'it is not a duration'],
    ['30s1m', 'it is not a duration'],
    ['1s1s', 'it is not a duration'],
    ['.5s', 'it is not a duration'],
    ['1e3s', 'it is not a duration'],
    ['0.5ms', 'it is not a whole number of milliseconds'],
  ])('refuses %j', (text, why) => {
    expect(() => parseDuration(text)).toThrow(why);
  });

  it('reads what formatDuration writes', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

it.each([[0, '0s'], [90_000, '1m30s'], [5_000, '5s'], [100, '100ms'], [600_000, '10m']])('formatDuration %d', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

describe('parseSize', () => {
  it.each([
    ['4096', 4096],
    ['4096B', 4096],
    ['64KiB', 65_536],
    ['64Ki', 65_536],
    ['8MiB', 8_388_608],
    ['8 mib', 8_388_608],
    ['0.5GiB', 536_870_912],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    ['', 'it is not a size such as 64KiB or 8MiB'],
    ['big', 'it is not a size'],
    ['-1', 'it is not a size'],
    ['8MB', "'MB' may mean 1000 or 1024; write 8MiB for 1024"],
    ['8m', "'m' may mean 1000 or 1024; write 8MiB for 1024"],
    ['0.3B', 'it is not a whole number of bytes'],
  ])('refuses %j', (text, why) => {
    expect(() => parseSize(text)).toThrow(why);
  });

  it('reads what formatSize writes', () => {
    fc.assert(fc.property(fc.nat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
  });
});

it.each([[4096, '4KiB'], [4097, '4097B'], [8_388_608, '8MiB'], [1024 ** 3, '1GiB'], [0, '0B']])('formatSize %d', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
