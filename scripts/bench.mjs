// `npm run bench`: what connwatch costs, as ratios measured in one run. `npm run bench -- --help` says what there is.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { agentNode, at } = await import('./lib/paths.mjs');
  const { run } = await import('./lib/run.mjs');
  await setup({ tests: true });
  return (await run(agentNode, [at('bench', 'main.ts'), ...args], { stdio: 'inherit' })).code;
}
