import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

export interface UntilOptions {
  /** How long to go on asking, milliseconds. @default $CONNWATCH_TEST_PATIENCE, or 15000 */
  readonly timeout?: number;
  /** Pause between two looks, milliseconds. @default 50 */
  readonly every?: number;
}

const PATIENCE = Number(process.env['CONNWATCH_TEST_PATIENCE'] ?? 15_000);

/**
 * Looks again and again until it sees what is expected. When the time is up the
 * test fails with the difference.
 * @returns how often it looked
 */
export async function until<T>(look: () => T | Promise<T>, expected: T, options: UntilOptions = {}): Promise<number> {
  const end = performance.now() + (options.timeout ?? PATIENCE);
  for (let looks = 1; ; looks++) {
    const seen = await look();
    if (isDeepStrictEqual(seen, expected)) return looks;
    if (performance.now() > end) expect(seen, `after ${looks} looks`).toStrictEqual(expected);
    await delay(options.every ?? 50);
  }
}
