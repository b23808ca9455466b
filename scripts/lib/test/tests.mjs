import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from '../files.mjs';
import { hasBtf, isRoot } from '../host.mjs';
import { agentNode, at } from '../paths.mjs';
import { run } from '../run.mjs';
import { watchRun } from './left-behind.mjs';
import { summarise } from './summary.mjs';

/** The command that runs tests and leaves results in the file that $CONNWATCH_TEST_RESULTS names. `report`: for people */
export const vitest = (args, report = 'default') => [
  agentNode,
  at('node_modules', 'vitest', 'vitest.mjs'),
  'run',
  `--reporter=${report}`,
  `--reporter=${at('scripts', 'lib', 'test', 'vitest-reporter.mjs')}`,
  ...args,
];

/** Runs Vitest and prints a summary. @returns {Promise<number>} exit code */
export async function runTests(args) {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'results.json');
    const watch = watchRun(folder);
    const [node, ...command] = vitest(args);
    const { code } = await run(node, command, { stdio: 'inherit', env: { ...process.env, ...watch.environment, CONNWATCH_TEST_RESULTS: file } });
    const results = { ...read(file), left: await watch.leftBehind() };
    const { lines, ok } = summarise(results, { kernelMustRun: isRoot() && hasBtf() });
    process.stdout.write(`${lines.join('\n')}\n`);
    return ok ? code : code || 1;
  });
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { outcomes: [], broken: ['Vitest ended without results'] };
  }
}
