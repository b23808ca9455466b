import { Refusal } from '../refusal.mjs';
import { locked } from './lock.mjs';

const say = (text) => process.stderr.write(text);

/**
 * Does the steps that are due, in order, with a line for each on standard error.
 * @param {{label: string | (() => string), due: () => boolean | Promise<boolean>, run: () => Promise<string | void>}[]} steps
 *   `run` may return a remark for the end of the line
 * @throws Refusal
 */
export async function doSteps(steps) {
  for (const step of steps) {
    if (!(await step.due())) continue;
    await readable(() => locked(() => doStep(step), (text) => say(`setup: ${text}\n`)));
  }
}

async function doStep(step) {
  // Another set-up may have done it while we waited.
  if (!(await step.due())) return;
  const label = typeof step.label === 'function' ? step.label() : step.label;
  await timed(`setup: ${label}`, step.run);
}

/** Does the work and prints a line on standard error: the label, then the time it took or `failed`. */
export async function timed(label, work, remarkOf = (result) => result) {
  say(`${label} ...`);
  const start = performance.now();
  try {
    const result = await work();
    const remark = remarkOf(result);
    say(` ${((performance.now() - start) / 1000).toFixed(1)} s${remark ? ` (${remark})` : ''}\n`);
    return result;
  } catch (error) {
    say(' failed\n');
    throw error;
  }
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

async function readable(work) {
  try {
    await work();
  } catch (error) {
    if (!UNWRITABLE.has(error.code)) throw error;
    throw new Refusal(`set-up cannot write ${error.path ?? 'into the checkout'}.`, {
      code: 'CW_SETUP_WRITE',
      why: `the system said ${error.code} (${error.syscall}).`,
      todo: 'run it as the owner of the checkout, on a file system with free space.',
    });
  }
}
