// `npm run setup`: installs and builds everything that the agent needs. `--dependencies`: only what needs the network.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { installDependencies, setup } = await import('./lib/setup.mjs');
  if (args.includes('--dependencies')) await installDependencies();
  else await setup({ types: args.includes('--types'), tests: args.includes('--tests') });
}
