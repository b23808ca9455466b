import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { target } from '../host.mjs';
import { run } from '../run.mjs';
import { copy, makeInstallTree, PREFIX } from './install-tree.mjs';
import { debianPackageOf, sharedLibraries } from './shared-libraries.mjs';

/**
 * Makes the root file system of the image: everything that runs, its shared libraries, and no shell.
 * @throws Refusal
 */
export async function makeImageRoot(root) {
  const prefix = join(root, PREFIX);
  await makeInstallTree(prefix, { command: COMMAND });
  await addLibraries(root, [join(prefix, 'bin', 'node'), join(prefix, 'build', 'connwatch.node')]);
  for (const [name, text] of Object.entries(ETC)) write(join(root, 'etc', name), text);
  copy(realpathSync('/etc/os-release'), join(root, 'etc', 'os-release'));
}

// For `podman exec` and `kubectl exec`, where there is no shell.
const COMMAND = `#!${PREFIX}/bin/node
import '${PREFIX}/dist/connwatch.js';
`;

const ETC = {
  passwd: 'root:x:0:0:root:/:/sbin/nologin\n',
  group: 'root:x:0:\n',
  'nsswitch.conf': 'hosts: files dns\n',
};

async function addLibraries(root, programs) {
  const { triplet, loader } = target();
  const folders = [join('/usr/lib', triplet), join('/lib', triplet)];
  for (const [name, path] of await sharedLibraries(programs, folders)) {
    copy(path, join(root, loader.endsWith(`/${name}`) ? loader : join('/usr/lib', triplet, name)));
    await addPackageData(root, path);
  }
}

// Copies the licence and the package data. Vulnerability scanners read the latter in images without dpkg.
async function addPackageData(root, library) {
  const debian = await debianPackageOf(library);
  if (!debian) return; // not Debian's own
  const name = debian.split(':')[0];
  const { stdout } = await run('dpkg-query', ['--status', debian]);
  write(join(root, 'var', 'lib', 'dpkg', 'status.d', name), stdout);
  copy(realpathSync(join('/usr/share/doc', name, 'copyright')), join(root, 'usr', 'share', 'doc', name, 'copyright'));
}

function write(path, text, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}
