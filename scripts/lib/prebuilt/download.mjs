import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';

/**
 * Runs a program that downloads something.
 * @param {{what: string, from: string}} of for the message of the refusal
 * @param {{cwd?: string}} [options]
 * @throws Refusal with its output
 */
export async function download({ what, from }, file, args, options) {
  const { code, stderr } = await run(file, args, options);
  if (code === 0) return;
  throw new Refusal(`${what} could not be downloaded.`, {
    code: 'CW_SETUP_MISSING',
    why: `${file} ended with code ${code}:`,
    todo: `check that this machine reaches ${from}, then run the command again.`,
    detail: stderr,
  });
}
