// `npm run test:image`: tests the image and the service, also the build for the other architecture. Arguments are Vitest's.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { doSteps } = await import('./lib/setup/steps.mjs');
  const { emulatorsMissing, fetchEmulators } = await import('./lib/image/tools.mjs');
  const { runTests } = await import('./lib/test/tests.mjs');
  await setup({ tests: true });
  await doSteps([{ label: 'emulators for the tests', due: emulatorsMissing, run: fetchEmulators }]);
  process.env.CONNWATCH_TEST_CROSS = '1';
  return runTests(args.length > 0 ? args : ['test/image']);
}
