import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';

/**
 * Runs a compiler, in the checkout.
 * @param {string} what what it makes, for the message of the refusal
 * @param {string} sources folder of its sources
 * @returns {Promise<string>} its warnings
 * @throws Refusal with its output
 */
export async function compile(what, sources, file, args) {
  const { code, stdout, stderr } = await run(file, args);
  if (code === 0) return stderr;
  throw new Refusal(`${what} could not be compiled.`, {
    code: 'CW_SETUP_BUILD',
    why: `${file} ended with code ${code} and this output:`,
    todo: `if you changed nothing below ${sources}/, please report it together with these lines.`,
    detail: stderr || stdout,
  });
}
