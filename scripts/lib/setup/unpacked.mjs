import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRoot } from '../host.mjs';
import { run, which } from '../run.mjs';
import { apt } from './system-packages.mjs';

/**
 * Puts the files of a Debian package into a folder, without installing it: no daemon starts on the user's machine.
 * @returns {Promise<string | undefined>} why it is not there; the tests that want it then say so and skip
 */
export async function unpackPackage(name, folder) {
  if (!which('apt-get') || !which('dpkg-deb')) return 'there is no apt-get here to download it with';
  const draft = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(draft, { recursive: true });
    let download = await downloadInto(draft, name);
    if (download.code !== 0 && isRoot()) {
      await apt('update');
      download = await downloadInto(draft, name);
    }
    const deb = readdirSync(draft).find((file) => file.endsWith('.deb'));
    if (!deb) return `apt-get download: ${download.stderr.trim().split('\n').at(-1)}`;
    const unpack = await run('dpkg-deb', ['-x', join(draft, deb), join(draft, 'root')]);
    if (unpack.code !== 0) return `dpkg-deb: ${unpack.stderr.trim()}`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(join(draft, 'root'), folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// As itself, not as the user _apt, who cannot write into this folder.
const downloadInto = (cwd, name) => run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name], { cwd });
