// `npm run test:fresh`: what a user does on a machine that has nothing but git and Node.js.
import './lib/node-version.mjs';

const { main } = await import('./lib/refusal.mjs');

await main(async (args) => {
  const { npmStep } = await import('./lib/setup.mjs');
  const { doSteps } = await import('./lib/steps.mjs');
  const { testFresh } = await import('./lib/fresh.mjs');
  await doSteps([npmStep]);
  return testFresh(args);
});
