// `npm run test:vm`: runs tests on other kernels, each in a virtual machine. Arguments: kernels, then Vitest's.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { testInVms } = await import('./lib/vm/tests.mjs');
  await setup({ tests: true, vm: true });
  return testInVms(args);
}
