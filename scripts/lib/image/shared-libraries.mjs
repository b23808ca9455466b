import { existsSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';

/**
 * What programs need of the system's shared libraries, and those of these.
 * @param {string[]} programs
 * @param {string[]} folders where the libraries of the programs' architecture are
 * @returns {Promise<Map<string, string>>} the name that is looked for at run time to the file
 * @throws Refusal when one is not there
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

/** A tool of LLVM, which knows the files of every architecture. @throws Refusal */
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
  // Where /lib is /usr/lib, a package knows its file by either name.
  const { stdout } = await run('dpkg-query', ['--search', path, path.replace(/^\/usr/, '')]);
  return stdout
    .split('\n')
    .find((line) => line.endsWith(`/${basename(path)}`))
    ?.replace(/: \/.*$/, '');
}
