import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Calm } from './calm.ts';

const MB = 1 << 20;

function open() {
  const state = { used: 20 * MB, left: 21 * MB, collections: 0, writing: false };
  const calm = new Calm({
    heapSize: () => state.used,
    collect: async () => {
      state.collections += 1;
      state.used = state.left;
    },
  });
  const windows = async (count: number, rows: number, used?: number) => {
    state.used = used ?? state.used;
    for (let i = 0; i < count; i++) {
      calm.window(rows, state.writing);
      await Promise.resolve();
    }
    await new Promise(setImmediate);
  };
  return { state, windows };
}

describe('Calm', () => {
  it('collects what a flood has left, once it is over', async () => {
    const { state, windows } = open();
    await windows(3, 1);
    await windows(50, 2000, 60 * MB);
    await windows(2, 1);
    expect(state.collections).toBe(0);
    await windows(1, 1);
    expect([state.collections, state.used]).toEqual([1, 21 * MB]);
    await windows(100, 1);
    expect(state.collections).toBe(1);
  });

  it('waits until no page is written', async () => {
    const { state, windows } = open();
    await windows(3, 1);
    state.writing = true;
    await windows(50, 1, 60 * MB);
    expect(state.collections).toBe(0);
    state.writing = false;
    await windows(1, 1);
    expect(state.collections).toBe(1);
  });

  it('does nothing for a little, and counts what it leaves as the new floor', async () => {
    const { state, windows } = open();
    await windows(3, 1);
    await windows(30, 1, 25 * MB);
    expect(state.collections).toBe(0);
    state.left = 50 * MB;
    await windows(3, 1, 60 * MB);
    await windows(30, 1, 55 * MB);
    expect(state.collections).toBe(1);
  });

  it('runs for real', async () => {
    const size = () => getHeapStatistics().total_physical_size;
    const before = size();
    const calm = new Calm();
    for (let i = 0; i < 3; i++) calm.window(0, false);
    const grown = () => {
      const objects = Array.from({ length: 300_000 }, (_, i) => ({ i }));
      return objects.length === 0 ? 0 : size();
    };
    const full = grown();
    expect(full - before).toBeGreaterThan(8 * MB);
    for (let i = 0; i < 3; i++) calm.window(0, false);
    await expect.poll(() => size() < full - 6 * MB, { timeout: 10_000 }).toBe(true);
    expect('gc' in globalThis).toBe(false);
  });
});
