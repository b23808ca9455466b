import { describe, expect, it } from 'vitest';
import { HANDSHAKE_BOUNDS } from '../../stream/histograms.ts';
import { Bench, processInfo } from '../fixtures.ts';
import { quantileOf } from '../../internal/quantile.ts';

const curl = processInfo(10, 'curl');
const P = 'connwatch.window.connect.duration.p';

// The same as histogram_quantile of Prometheus gives for these buckets.
describe('quantileOf', () => {
  it.each([
    [0.5, [0, 0, 0, 0], NaN],
    [0.5, [4, 0, 0, 0], 0.5],
    [0.99, [4, 0, 0, 0], 0.99],
    [0.5, [0, 4, 0, 0], 1.5],
    [0.75, [2, 2, 0, 0], 1.5],
    [0.5, [2, 2, 0, 0], 1],
    [0.5, [1, 0, 0, 1], 1],
    [0.95, [1, 0, 0, 1], 4],
    [0.5, [0, 0, 0, 3], 4],
    [0.95, [10, 5, 5, 0], 3.6],
    [1, [10, 5, 5, 0], 4],
  ])('%d of %j is %d', (quantile, counts, expected) => {
    const found = quantileOf(quantile, [1, 2, 4], counts);
    expect(Number(found.toFixed(12))).toBe(expected);
  });
});

describe('quantiles of the last window', () => {
  it('are of each peer, over all of its keys', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.keys.client(2, processInfo(11, 'curl'));
    bench.keys.client(3, curl, '10.0.0.2');
    bench.window({ rows: [[1, { success: 1, handshake: [0.2] }], [2, { success: 1, handshake: [0.002] }], [3, { success: 2, handshake: [0.002, 0.002] }]] });
    expect(await bench.lines(`${P}50`)).toEqual({ 'curl 10.0.0.1 443': 0.0025, 'curl 10.0.0.2 443': 0.00175 });
    expect((await bench.lines(`${P}95`))['curl 10.0.0.1 443']).toBeCloseTo(0.1 + 0.15 * 0.9, 12);
    expect((await bench.lines(`${P}99`))['curl 10.0.0.1 443']).toBeCloseTo(0.1 + 0.15 * 0.98, 12);
  });

  it('are gone in a window without successes, and of the new window only when they come again', async () => {
    const bench = new Bench();
    bench.keys.client(1, curl);
    bench.window({ rows: [[1, { success: 1, handshake: [0.2] }]] });
    bench.window({ rows: [[1, { refused: 1 }]] });
    for (const percent of [50, 95, 99]) expect(await bench.lines(`${P}${percent}`)).toEqual({});
    bench.window({ rows: [[1, { success: 1, handshake: [0.002] }]] });
    expect(await bench.lines(`${P}50`)).toEqual({ 'curl 10.0.0.1 443': 0.00175 });
  });

  it('are, of all that has no place, those of all of it together', async () => {
    const bench = new Bench({ seriesLimit: 2 });
    for (const id of [1, 2, 3]) bench.keys.client(id, curl, `10.0.0.${id}`);
    bench.window({ rows: [[1, { success: 1, handshake: [0.2] }], [2, { success: 3, handshake: [1, 1, 1] }], [3, { success: 1, handshake: [200] }], [0, { success: 1, handshake: [1] }]] });
    const bounds = HANDSHAKE_BOUNDS;
    const together = [...bounds.map((bound) => (bound === 1 ? 4 : 0)), 1];
    expect(await bench.lines(`${P}50`)).toEqual({ 'curl 10.0.0.1 443': quantileOf(0.5, bounds, [...bounds.map((bound) => (bound === 0.25 ? 1 : 0)), 0]), true: quantileOf(0.5, bounds, together) });
    expect(await bench.lines(`${P}99`)).toMatchObject({ true: 127 });
    bench.window({ rows: [[1, { success: 1, handshake: [0.2] }]] });
    expect(Object.keys(await bench.lines(`${P}50`))).toEqual(['curl 10.0.0.1 443']);
  });

  it('are told as floating point numbers, counts as whole ones', async () => {
    const bench = new Bench();
    expect((await bench.family(`${P}50`)).descriptor.valueType).toBe(1);
    expect((await bench.family('connwatch.tcp.io')).descriptor.valueType).toBe(0);
  });
});
