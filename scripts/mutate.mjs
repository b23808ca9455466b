// `npm run mutate`: removes branches from the kernel programs and checks that a test fails for each. Arguments: words of mutants.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { chosen, mutate, USAGE } = await import('./lib/mutate/mutate.mjs');
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  chosen(args); // refuses a misspelt word before set-up, which takes minutes the first time
  await setup({ tests: true });
  return mutate(args);
}
