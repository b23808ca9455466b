import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../paths.mjs';
import { outputOf, which } from '../run.mjs';

/** Modules for the first half of the boot: the bus, the share with the root file system, and a writable layer. */
const NEEDED = ['virtio_pci', 'virtiofs', 'overlay'];

/**
 * Makes the initramfs: scripts/vm/init.sh with busybox and the modules that it needs, and the second half of the start.
 * @param {import('./kernels.mjs').Fetched} kernel
 * @param {string} folder where it goes, with what it is made of
 * @param {string} command of the guest, for sh
 * @returns {Promise<string>} its path
 */
export async function makeInitramfs(kernel, folder, command) {
  const root = join(folder, 'initramfs');
  for (const name of ['bin', 'modules', 'dev', 'proc', 'sys', 'host', 'writable', 'root'])
    mkdirSync(join(root, name), { recursive: true });
  copyFileSync(which('busybox'), join(root, 'bin', 'busybox'));
  for (const [index, module] of (await modulesInOrder(kernel)).entries()) {
    const name = basename(module).replace(/\.xz$/, '');
    writeFileSync(join(root, 'modules', `${10 + index}-${name}`), await readModule(module));
  }
  copyFileSync(at('scripts', 'vm', 'init.sh'), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  copyFileSync(at('scripts', 'vm', 'guest.sh'), join(root, 'guest.sh'));
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  writeFileSync(join(root, 'settings'), `checkout=${quoted(at())}\nmodules=${quoted(kernel.modules)}\n`);
  writeFileSync(join(root, 'command'), `${command}\n`);
  return pack(root, `${root}.cpio`);
}

/** Paths of the modules, each after its dependencies. Built-in modules have no path. */
async function modulesInOrder({ modules, release }) {
  const paths = [];
  for (const name of NEEDED) {
    const stdout = await outputOf('modprobe', ['-d', modules, '-S', release, '--show-depends', name]);
    paths.push(...stdout.split('\n').flatMap((line) => /^insmod (.*\S)/.exec(line)?.[1] ?? []));
  }
  return [...new Set(paths)];
}

async function readModule(path) {
  if (!path.endsWith('.xz')) return readFileSync(path);
  const { status, stdout, stderr } = spawnSync('xz', ['--decompress', '--stdout', path], { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`xz: ${stderr}`);
  return stdout;
}

async function pack(root, output) {
  const pipe = 'cd "$1" && find . | cpio --create --format=newc --quiet > "$2"';
  await outputOf('sh', ['-c', pipe, 'sh', root, output]);
  return output;
}
