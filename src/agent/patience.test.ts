import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DRAIN_PATIENCE_MS, Patience } from './patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is short while pages are written, and stays so between two scrapes that follow one another', () => {
  const set: number[] = [];
  const patience = new Patience((ms) => set.push(ms));
  patience.writing(true);
  const [short] = set;
  expect(patience.isWriting).toBe(true);
  expect(short).toBeLessThan(DRAIN_PATIENCE_MS / 10);
  patience.writing(false);
  vi.advanceTimersByTime(400);
  patience.writing(true);
  vi.advanceTimersByTime(10_000);
  expect(set).toEqual([short, short]);
  expect(patience.isWriting).toBe(true);
  patience.writing(false);
  vi.advanceTimersByTime(1000);
  expect(set).toEqual([short, short, DRAIN_PATIENCE_MS]);
  expect(patience.isWriting).toBe(false);
});
