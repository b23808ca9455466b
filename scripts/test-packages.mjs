// `npm run test:packages`: publishes the npm packages to a registry on this machine, and installs them on Debian 11 to 13, with musl, and on arm64 in virtual machines. Arguments are Vitest's.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup, setupPrebuilt } = await import('./lib/setup.mjs');
  const { npmCi } = await import('./lib/setup/npm-packages.mjs');
  const { at } = await import('./lib/paths.mjs');
  const { timed } = await import('./lib/setup/steps.mjs');
  const { runTests } = await import('./lib/test/tests.mjs');
  await setup({ tests: true });
  await setupPrebuilt({ arm64: true });
  await timed('registry for the tests', () => npmCi([], at('test', 'packages', 'registry')), () => undefined);
  process.env.CONNWATCH_TEST_PACKAGES = '1';
  return runTests(args.length > 0 ? args : ['test/packages']);
}
