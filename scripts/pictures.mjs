// `npm run pictures`: writes docs/pictures/ from a real run (test/pictures/main.ts).
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { onlyAnswers, setup, setupToAnswer } = await import('./lib/setup.mjs');
  const { agentNode, at } = await import('./lib/paths.mjs');
  const { run } = await import('./lib/run.mjs');
  if (onlyAnswers(args)) await setupToAnswer();
  else await setup({ tests: true });
  return (await run(agentNode, [at('test', 'pictures', 'main.ts'), ...args], { stdio: 'inherit' })).code;
}
