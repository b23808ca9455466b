import { writeFileSync } from 'node:fs';

const NAME = 'connwatch';

/**
 * What `ps`, `top` and `ss` call this process; Node.js calls it MainThread. Unlike `process.title`, this leaves the arguments
 * in /proc/PID/cmdline as they are. Where /proc cannot be written, the title is better than nothing.
 */
export function nameProcess(): void {
  try {
    writeFileSync('/proc/self/comm', NAME);
  } catch {
    process.title = NAME;
  }
}
