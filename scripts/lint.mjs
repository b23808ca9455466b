// `npm run lint`: checks types, style, and imports between rooms. Arguments: the checks to run; none runs all.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { npmStep } = await import('./lib/setup.mjs');
  const { doSteps } = await import('./lib/setup/steps.mjs');
  const { lint } = await import('./lib/lint.mjs');
  await doSteps([npmStep]);
  return lint(args);
}
