// `npm run accuracy`: makes known connections and compares the agent's counts with them. Arguments: test/accuracy/main.ts.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { runOwnProgram } = await import('./lib/own-program.mjs');
  return runOwnProgram(['test', 'accuracy', 'main.ts'], args);
}
