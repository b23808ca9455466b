import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetArch } from '../host.mjs';
import { at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { npmCi } from '../setup/npm-packages.mjs';

/**
 * Installs the npm package with Node.js for an architecture, in the version of the lock file.
 * @returns {Promise<{folder: string, remove: () => void}>}
 * @throws Refusal
 */
export async function nodePackage(arch = targetArch()) {
  const name = `node-linux-${arch}`;
  if (arch === process.arch) return { folder: at('node_modules', name), remove: () => {} };
  const project = mkdtempSync(join(tmpdir(), 'connwatch-node-'));
  const remove = () => rmSync(project, { recursive: true, force: true });
  try {
    writeProject(project, name);
    await npmCi([`--cpu=${arch}`, '--os=linux'], project);
    const folder = join(project, 'node_modules', name);
    if (existsSync(folder)) return { folder, remove };
    throw new Refusal(`npm did not install ${name}.`, {
      code: 'CW_SETUP_MISSING',
      why: 'this npm skips packages for another architecture, in spite of --cpu.',
      todo: 'use npm 11 or later, then run the command again.',
    });
  } catch (error) {
    remove();
    throw error;
  }
}

// A project with only this package and its entry of the lock file, so that npm compares the checksum. The package is
// optional, because npm refuses a required package of another architecture.
function writeProject(project, name) {
  const entry = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages[`node_modules/${name}`];
  const root = { name: 'node-for-connwatch', version: '0.0.0', optionalDependencies: { [name]: entry.version } };
  const lock = { name: root.name, version: root.version, lockfileVersion: 3, packages: { '': root, [`node_modules/${name}`]: entry } };
  writeFileSync(join(project, 'package.json'), JSON.stringify(root));
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
  copyFileSync(at('.npmrc'), join(project, '.npmrc'));
}
