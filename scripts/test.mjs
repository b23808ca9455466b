// `npm test`: set-up, then every test that this host can run. Arguments are Vitest's.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { runTests } = await import('./lib/test/tests.mjs');
  await setup({ tests: true });
  return runTests(args);
}
