// `npm run accuracy`: makes connections whose truth is known and compares. Arguments: test/accuracy/main.ts.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { agentNode, at } = await import('./lib/paths.mjs');
  const { run } = await import('./lib/run.mjs');
  const makesNothing = args.some((arg) => ['--help', '-h', '--list'].includes(arg));
  await setup({ tests: !makesNothing });
  return (await run(agentNode, [at('test', 'accuracy', 'main.ts'), ...args], { stdio: 'inherit' })).code;
}
