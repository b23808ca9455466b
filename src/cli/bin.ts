#!/usr/bin/env node
// Imports nothing that an old Node.js cannot load, so that it can say that it is too old. The first version with process.execve.
const LEAST = [22, 15] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  process.stderr.write(`connwatch: needs Node.js ${LEAST.join('.')} or later; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  await import('./main.ts');
}
