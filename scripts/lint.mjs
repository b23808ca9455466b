// `npm run lint`: types, style, and which room imports which. Arguments: names of checks to run alone.
import './lib/node-version.mjs';

const { main } = await import('./lib/refusal.mjs');

await main(async (args) => {
  const { npmStep } = await import('./lib/setup.mjs');
  const { doSteps } = await import('./lib/steps.mjs');
  const { lint } = await import('./lib/lint.mjs');
  await doSteps([npmStep]);
  return lint(args);
});
