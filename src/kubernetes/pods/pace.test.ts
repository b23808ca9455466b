import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  return () => vi.useRealTimers();
});

/** When it ran, milliseconds. */
function bench(again: () => boolean, more: object = {}) {
  const start = performance.now();
  const at: number[] = [];
  const pace = new Pace({ gaps: [100, 200], burst: 5, refill: 1000, ...more, elapsed: () => performance.now(), again, work: () => Promise.resolve(void at.push(performance.now() - start)) });
  return { pace, at };
}

describe('Pace', () => {
  it('runs at once, and not again if there is no more to do', async () => {
    const { pace, at } = bench(() => false);
    pace.soon();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([0]);
  });

  it('runs again with longer gaps while there is more to do, and starts anew for something new', async () => {
    const { pace, at } = bench(() => at.length < 6, { burst: 100 });
    pace.soon();
    await vi.advanceTimersByTimeAsync(350);
    pace.soon();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([0, 100, 300, 350, 450, 650]);
  });

  it('never runs more often than its bounds, however much is new', async () => {
    const { pace, at } = bench(() => false);
    for (let i = 0; i < 1000; i++) {
      pace.soon();
      await vi.advanceTimersByTimeAsync(10);
    }
    // 10 s: the burst, and one more at each full second.
    expect(at.length).toBe(15);
    expect(at.slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
    expect(at.slice(5).every((one, i) => one === 1000 + i * 1000)).toBe(true);
  });

  it('does not run while it runs', async () => {
    let [running, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
    };
    const pace = new Pace({ elapsed: () => performance.now(), again: () => false, work });
    pace.soon();
    await vi.advanceTimersByTimeAsync(10);
    pace.soon();
    pace.soon();
    await vi.advanceTimersByTimeAsync(1000);
    expect([most, running]).toEqual([1, 0]);
  });

  it('stops', async () => {
    const { pace, at } = bench(() => true);
    pace.soon();
    await vi.advanceTimersByTimeAsync(150);
    await pace.close();
    pace.soon();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([0, 100]);
  });
});
