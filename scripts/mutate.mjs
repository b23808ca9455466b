// `npm run mutate`: takes branches out of the kernel programs and shows which test turns red. Arguments: words of mutants.
import './lib/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { mutate } = await import('./lib/mutate.mjs');
  await setup({ tests: true });
  return mutate(args);
}
