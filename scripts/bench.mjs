// `npm run bench`: measures what connwatch costs, as ratios within one run. `npm run bench -- --help` lists the benchmarks.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { runOwnProgram } = await import('./lib/own-program.mjs');
  return runOwnProgram(['bench', 'main.ts'], args);
}
