// `npm run package:service [-- amd64 arm64]`: makes a .deb and an .rpm of the service in build/, for this architecture or for these.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { shown } = await import('./lib/paths.mjs');
  const { chosenArchitectures, makeServicePackages } = await import('./lib/service/packages.mjs');
  for (const file of await makeServicePackages(chosenArchitectures(args))) process.stdout.write(`${shown(file)}\n`);
}
