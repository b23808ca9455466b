import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeDebian, must, npmFolder, SUITE } from '../image/debian.mjs';
import { carryInto } from '../image/host-network.mjs';
import { agentNode, at } from '../paths.mjs';

const folder = at('.cache', 'fresh');
const base = join(folder, `${SUITE}.tar`);

/**
 * A root file system of Debian 12 with git, Node.js and npm, and a clone of HEAD
 * in /root/connwatch.
 * @returns {Promise<{root: string, env: Record<string, string>, remove: () => void}>}
 */
export async function makeFreshRoot({ node = agentNode } = {}) {
  mkdirSync(folder, { recursive: true });
  // Keep Debian alone for the next run: it takes longest to make and changes least.
  if (!existsSync(base)) await makeDebian(base, { include: ['git', 'ca-certificates'] });
  const root = join(folder, `root-${process.pid}`);
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    mkdirSync(root);
    await must('tar', ['--extract', '--file', base, '--directory', root]);
    const env = await carryInto(root);
    addNode(root, node);
    await addClone(root);
    return { root, env, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function addNode(root, node) {
  const npm = npmFolder();
  cpSync(node, join(root, 'usr', 'local', 'bin', 'node'), { dereference: true });
  cpSync(npm, join(root, 'usr', 'local', 'lib', 'node_modules', 'npm'), { recursive: true, dereference: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr', 'local', 'bin', 'npm'));
}

async function addClone(root) {
  const bundle = join(root, 'root', 'connwatch.bundle');
  await must('git', ['bundle', 'create', '--quiet', bundle, 'HEAD']);
  await must('chroot', [root, 'git', 'clone', '--quiet', '/root/connwatch.bundle', '/root/connwatch']);
}
