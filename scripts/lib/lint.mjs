import { agentNode, at } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';

const CHECKS = {
  types: ['typescript/bin/tsc', '--noEmit'],
  // For browsers, which have other types.
  page: ['typescript/bin/tsc', '--noEmit', '--project', 'src/ui'],
  style: ['eslint/bin/eslint.js', '--max-warnings=0', '.'],
  rooms: [
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err-long',
    'src',
    'test',
    'scripts',
    'bench',
  ],
};

/** Runs the checks side by side. @returns {Promise<number>} exit code */
export async function lint(names) {
  const unknown = names.filter((name) => !(name in CHECKS));
  if (unknown.length > 0)
    throw new Refusal(`unknown check: ${unknown.join(', ')}.`, {
      code: 'CW_SETUP_ARGUMENT',
      why: `the checks are ${Object.keys(CHECKS).join(', ')}.`,
      todo: 'name some of them, or nothing for all.',
    });
  const chosen = names.length > 0 ? names : Object.keys(CHECKS);
  const results = await Promise.all(chosen.map(check));
  return results.every(Boolean) ? 0 : 1;
}

async function check(name) {
  const [script, ...args] = CHECKS[name];
  const { code, stdout, stderr } = await run(agentNode, [at('node_modules', script), ...args]);
  process.stdout.write(`lint: ${name}: ${code === 0 ? 'ok' : `failed\n${stdout}${stderr}`}\n`);
  return code === 0;
}
