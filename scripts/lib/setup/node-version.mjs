// Every command imports this first, so every Node.js with ES modules must be able to parse it.
export const MINIMUM_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE) {
  process.stderr.write(
    `connwatch: Node.js ${process.versions.node} is too old.\n` +
      `  why: the build scripts need Node.js ${MINIMUM_NODE} or later (the agent itself brings its own).\n` +
      `  do:  install Node.js ${MINIMUM_NODE} or later, then run the command again.\n`,
  );
  process.exit(1);
}
