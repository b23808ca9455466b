// `npm run package`: makes an archive of everything that runs, for machines without compilers. `--image-root FOLDER`: makes the image's root file system instead.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const [option, folder] = args;
  if (args.length > 0 && !(args.length === 2 && option === '--image-root')) await refuse(args);
  const { setup } = await import('./lib/setup.mjs');
  await setup();
  if (option === '--image-root') {
    const { makeImageRoot } = await import('./lib/image/root.mjs');
    await makeImageRoot(folder);
  } else {
    const { makeArchive } = await import('./lib/image/archive.mjs');
    process.stdout.write(`${await makeArchive()}\n`);
  }
}

async function refuse(args) {
  const { Refusal } = await import('./lib/refusal.mjs');
  throw new Refusal(`invalid arguments: ${args.join(' ')}.`, {
    code: 'CW_SETUP_ARGUMENT',
    why: 'the only option is --image-root FOLDER.',
    todo: 'give --image-root with a folder, or nothing for the archive.',
  });
}
