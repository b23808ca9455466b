import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptSettings, aptSources, carryInto } from './host-network.mjs';
import { agentNode, at } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run, which } from './run.mjs';

const SUITE = 'bookworm';
const folder = at('.cache', 'fresh');
const base = join(folder, `${SUITE}.tar`);

/**
 * A root file system of Debian 12 with git, Node.js and npm, and a clone of HEAD
 * in /root/connwatch.
 * @returns {Promise<{root: string, env: Record<string, string>, remove: () => void}>}
 */
export async function makeFreshRoot({ node = agentNode } = {}) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(base)) await makeBase();
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

// Debian alone is kept for the next time; it takes the longest and changes the least.
async function makeBase() {
  const draft = `${base}.${process.pid}.tmp`;
  const options = (await aptSettings()).map((line) => `--aptopt=${line}`);
  await must('mmdebstrap', [
    '--mode=root',
    '--variant=minbase',
    '--include=git,ca-certificates',
    '--format=tar',
    ...options,
    SUITE,
    draft,
    ...aptSources(),
  ]);
  renameSync(draft, base);
}

function addNode(root, node) {
  const npm = dirname(dirname(realpathSync(process.env.npm_execpath ?? which('npm'))));
  cpSync(node, join(root, 'usr', 'local', 'bin', 'node'), { dereference: true });
  cpSync(npm, join(root, 'usr', 'local', 'lib', 'node_modules', 'npm'), { recursive: true, dereference: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr', 'local', 'bin', 'npm'));
}

async function addClone(root) {
  const bundle = join(root, 'root', 'connwatch.bundle');
  await must('git', ['bundle', 'create', '--quiet', bundle, 'HEAD']);
  await must('chroot', [root, 'git', 'clone', '--quiet', '/root/connwatch.bundle', '/root/connwatch']);
}

async function must(file, args) {
  const { code, stderr } = await run(file, args);
  if (code !== 0)
    throw new Refusal(`the fresh root file system could not be made.`, {
      why: `${file} ended with code ${code}; this is what it said:`,
      todo: 'mend that, then run the command again.',
      detail: stderr,
    });
}
