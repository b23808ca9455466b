import { agentNode, at } from './paths.mjs';
import { run } from './run.mjs';

/** Runs bench/main.ts on the agent's Node.js, from its sources. @returns {Promise<number>} exit code */
export async function runBenchmarks(args) {
  const { code } = await run(agentNode, [at('bench', 'main.ts'), ...args], { stdio: 'inherit' });
  return code;
}
