// `npm test`: set-up, then every test that this host can run. Arguments are Vitest's.
import './lib/node-version.mjs';

const { main } = await import('./lib/refusal.mjs');

await main(async (args) => {
  const { setup } = await import('./lib/setup.mjs');
  const { runTests } = await import('./lib/tests.mjs');
  await setup({ tests: true });
  return runTests(args);
});
