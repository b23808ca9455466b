import { agentNode, at } from './paths.mjs';
import { run } from './run.mjs';
import { onlyAnswers, setup, setupToAnswer } from './setup.mjs';

/**
 * Sets up what tests need, and runs a program of this checkout on the agent's Node.js. `--help` and the like
 * are answered without that.
 * @param {string[]} path below the checkout
 * @param {string[]} args
 * @returns its exit code
 */
export async function runOwnProgram(path, args) {
  if (onlyAnswers(args)) await setupToAnswer();
  else await setup({ tests: true });
  return (await run(agentNode, [at(...path), ...args], { stdio: 'inherit' })).code;
}
