import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from '../files.mjs';
import { target } from '../host.mjs';
import { at, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { copy, makeInstallTree, SBOM } from './install-tree.mjs';

const BESIDE = ['install.sh', 'connwatch.service', 'config.yaml', 'environment', 'seccomp.json'];

/**
 * Packs everything that runs, with the installer of the service, as `build/connwatch-VERSION-linux-ARCHITECTURE.tar.gz`, and its
 * bill of materials beside it, `.cdx.json`.
 * @returns {Promise<string>} its path in the checkout
 * @throws Refusal
 */
export async function makeArchive() {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const name = `connwatch-${version}-linux-${target().debian}`;
  const archive = at('build', `${name}.tar.gz`);
  return inTemporaryFolder(async (folder) => {
    await makeInstallTree(join(folder, name, 'connwatch'));
    copy(join(folder, name, 'connwatch', SBOM), at('build', `${name}.cdx.json`));
    for (const file of BESIDE) copy(at('scripts', 'install', file), join(folder, name, file));
    chmodSync(join(folder, name, 'install.sh'), 0o755);
    const options = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=go=rX,u+rw'];
    const { code, stderr } = await run('tar', ['--create', '--gzip', ...options, '--file', archive, '--directory', folder, name]);
    if (code !== 0) throw new Refusal('the archive could not be made.', { code: 'CW_SETUP_BUILD', why: `tar ended with code ${code}:`, todo: 'fix it, then run the command again.', detail: stderr });
    return shown(archive);
  });
}
