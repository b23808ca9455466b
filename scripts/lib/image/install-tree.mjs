import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AGENT_OPTIONS } from '../agent.mjs';
import { addon } from '../compile/addon.mjs';
import { bpfObjects } from '../compile/bpf.mjs';
import { targetArch } from '../host.mjs';
import { at } from '../paths.mjs';
import { nodePackage } from './node-binary.mjs';
import { billOfMaterials } from './sbom.mjs';
import { llvm } from './shared-libraries.mjs';

/** Install path in the image and for the service. */
export const PREFIX = '/opt/connwatch';

/** Name of the bill of materials there. Scanners of images look for this ending. */
export const SBOM = 'connwatch.cdx.json';

/** Text of the command `connwatch` for a machine with a shell. */
const WRAPPER = `#!/bin/sh
# connwatch, on the Node.js that came with it.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" ${AGENT_OPTIONS.join(' ')} "$here/../dist/connwatch.js" "$@"
`;

/**
 * Fills a folder with everything that runs and nothing else: Node.js, the program, the addon, the kernel programs, the licences.
 * @param {string} folder
 * @param {{command?: string, arch?: string, built?: string[], licences?: string}} options command: the text of bin/connwatch; arch: Node.js's
 *   name of another architecture than the target's; built: the addon and the kernel programs for it; licences: a file with what `built` needs
 * @throws Refusal
 */
export async function makeInstallTree(folder, { command = WRAPPER, arch = targetArch(), built = [addon, ...bpfObjects], licences } = {}) {
  mkdirSync(folder, { recursive: true });
  await addNode(folder, arch);
  for (const file of readdirSync(at('dist')).filter((name) => /\.(js|txt|html|css)$/.test(name))) copy(at('dist', file), join(folder, 'dist', file));
  if (licences !== undefined) copy(licences, join(folder, 'licences', 'addon', 'LICENSES.txt'));
  for (const file of built) copy(file, join(folder, 'build', file.split('/').at(-1)));
  writeFileSync(join(folder, SBOM), await billOfMaterials(arch));
  copy(at('LICENSE'), join(folder, 'LICENSE'));
  for (const file of readdirSync(at('bpf')).filter((name) => name.startsWith('LICENSE'))) copy(at('bpf', file), join(folder, 'licences', 'bpf', file));
  writeFileSync(join(folder, 'package.json'), manifest());
  writeFileSync(join(folder, 'bin', 'connwatch'), command, { mode: 0o755 });
}

// Strips the binary: a seventh of it is for debuggers.
async function addNode(folder, arch) {
  const node = await nodePackage(arch);
  try {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    await llvm('llvm-strip', ['--strip-unneeded', join(node.folder, 'bin', 'node'), '-o', join(folder, 'bin', 'node')]);
    chmodSync(join(folder, 'bin', 'node'), 0o755);
    copy(join(node.folder, 'LICENSE'), join(folder, 'licences', 'node', 'LICENSE'));
  } finally {
    node.remove();
  }
}

/** Text of package.json, whose `type` makes Node.js treat the files of dist/ as ES modules. */
function manifest() {
  const { name, version, license, type } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, license, type }, undefined, 2)}\n`;
}

/** Copies a file and makes the folders above it. */
export function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
