import { existsSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';

/**
 * Finds the system's shared libraries that programs need, and those that these libraries need.
 * @param {string[]} programs
 * @param {string[]} folders where the libraries of the programs' architecture are
 * @returns {Promise<Map<string, string>>} file by the name that the loader looks for
 * @throws Refusal if one is missing
 */
export async function sharedLibraries(programs, folders) {
  const found = new Map();
  for (const queue = [...programs]; queue.length > 0; ) {
    for (const name of await neededBy(queue.shift())) {
      if (found.has(name)) continue;
      const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
      if (!path)
        throw new Refusal(`the shared library ${name} is missing.`, {
          code: 'CW_SETUP_MISSING',
          why: `it is in none of ${folders.join(', ')}.`,
          todo: 'install it for the architecture that is built for, then run the command again.',
        });
      found.set(name, realpathSync(path));
      queue.push(path);
    }
  }
  return found;
}

async function neededBy(program) {
  const { stdout } = await llvm('llvm-readelf', ['--dynamic', program]);
  return [...stdout.matchAll(/\(NEEDED\)\s+Shared library: \[([^\]]+)\]/g)].map(([, name]) => name);
}

/** Path of a tool of LLVM, which reads files of every architecture. @throws Refusal */
export async function llvm(tool, args) {
  const result = await run(tool, args);
  if (result.code === 0) return result;
  throw new Refusal(`${tool} failed.`, {
    code: 'CW_SETUP_BUILD',
    why: `it ended with code ${result.code} and this output:`,
    todo: 'check that the package llvm is completely installed, then run the command again.',
    detail: result.stderr,
  });
}

/** The Debian package that a library came with. @returns {Promise<string | undefined>} `libbpf1:amd64` */
export async function debianPackageOf(path) {
  // If /lib is a link to /usr/lib, a package may list its file under either path.
  const { stdout } = await run('dpkg-query', ['--search', path, path.replace(/^\/usr/, '')]);
  return stdout
    .split('\n')
    .find((line) => line.endsWith(`/${basename(path)}`))
    ?.replace(/: \/.*$/, '');
}
