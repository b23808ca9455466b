// `npm run test:fresh`: runs `npm start` on a system that has only git and Node.js.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { npmStep } = await import('./lib/setup.mjs');
  const { doSteps } = await import('./lib/setup/steps.mjs');
  const { testFresh } = await import('./lib/fresh/fresh.mjs');
  await doSteps([npmStep]);
  return testFresh(args);
}
