import { appendFileSync } from 'node:fs';

const file = process.env['CONNWATCH_TEST_MADE'];

/** Notes what this run has made, as `prog 12` or `netns NAME`: what is there after the run makes it fail (scripts/lib/test/left-behind.mjs). */
export function made(things: readonly string[]): void {
  if (file !== undefined) appendFileSync(file, things.map((thing) => `${thing}\n`).join(''));
}
