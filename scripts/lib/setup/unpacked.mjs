import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeWhole } from '../files.mjs';
import { isRoot } from '../host.mjs';
import { outputOf, which } from '../run.mjs';
import { apt } from './system-packages.mjs';

/**
 * Downloads Debian packages and unpacks them over each other into a folder, without installing them: no daemon starts
 * on the user's machine.
 * @param {string[]} names
 * @param {string} folder
 * @param {string[]} options of apt-get
 * @throws Error with the output of apt-get
 */
export async function unpack(names, folder, options = []) {
  const debs = join(folder, 'debs');
  mkdirSync(debs, { recursive: true });
  try {
    // apt runs as the current user: the user _apt cannot write to this folder.
    await outputOf('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', ...options, 'download', ...names], { cwd: debs });
    for (const file of readdirSync(debs)) await outputOf('dpkg-deb', ['-x', join(debs, file), folder]);
  } finally {
    rmSync(debs, { recursive: true, force: true });
  }
}

/** Unpacks one package into a folder of its own. @returns {Promise<string | undefined>} why it is missing; the tests that need it are skipped with this reason */
export async function unpackPackage(name, folder) {
  if (!which('apt-get') || !which('dpkg-deb')) return 'there is no apt-get here to download it with';
  const fetch = () => makeWhole(folder, (draft) => unpack([name], draft));
  try {
    await fetch().catch(async (error) => {
      if (!isRoot()) throw error;
      await apt('update');
      await fetch();
    });
    return undefined;
  } catch (error) {
    return error.message;
  }
}
