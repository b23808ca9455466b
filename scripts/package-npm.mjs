// `npm run package:npm [-- PLATFORM ...]`: makes the npm packages in build/npm: the program, and one for each platform, or for these.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { chosenPlatforms, makeNpmPackages } = await import('./lib/prebuilt/packages.mjs');
  for (const file of await makeNpmPackages(chosenPlatforms(args))) process.stdout.write(`${file}\n`);
}
