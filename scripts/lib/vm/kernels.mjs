import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeWhole } from '../files.mjs';
import { at } from '../paths.mjs';
import { outputOf, which } from '../run.mjs';
import { Suite, debianMirror } from './apt.mjs';

/** Tests for kernels that the agent supports: counts of the whole machine, each outcome, failures before a SYN. */
const TESTS = ['test/vm/kernel.test.ts', 'test/kernel/connections/outcomes.test.ts', 'test/vm/before-syn.test.ts'];

/**
 * The kernels: Debian's cloud kernels, which boot in seconds. `tests` run unless the arguments name others.
 * @typedef {{name: string, suite: string, tests: string[], architecture?: string}} Kernel
 * @type {Kernel[]}
 */
export const KERNELS = [
  { name: '5.10', suite: 'bullseye', tests: ['test/vm/before-5.12.test.ts', 'test/kernel/connections/attach.test.ts'] },
  { name: '6.1', suite: 'bookworm', tests: TESTS },
  { name: '6.12', suite: 'trixie', tests: TESTS },
  { name: '7.2', suite: 'sid', tests: TESTS },
];

/** Ends in a release such as `6.1.0-50-cloud-amd64` or `6.12.117+deb13-cloud-amd64`. */
export const imageOf = ({ name, architecture = 'amd64' }) => new RegExp(`^linux-image-(${name.replaceAll('.', '\\.')}\\.\\d+[^_]*-cloud-${architecture})$`);

const folderOf = ({ name, architecture }) => at('.cache', 'vm', 'kernels', architecture ? `${name}-${architecture}` : name);

/**
 * A kernel that is in .cache/vm/kernels.
 * @typedef {{name: string, release: string, vmlinuz: string, modules: string}} Fetched modules: the folder that holds lib/modules
 * @returns {Fetched | undefined}
 */
export function cachedKernel(kernel) {
  const folder = folderOf(kernel);
  if (!existsSync(join(folder, 'release'))) return undefined;
  const release = readFileSync(join(folder, 'release'), 'utf8');
  return { name: kernel.name, release, vmlinuz: join(folder, 'vmlinuz'), modules: folder };
}

/**
 * Downloads and unpacks the newest package of the kernel's suite, unless it is there already.
 * @returns {Promise<Fetched>}
 * @throws Error with the reason if it is not available
 */
export async function fetchKernel(kernel) {
  const cached = cachedKernel(kernel);
  if (cached) return cached;
  const missing = ['apt-get', 'dpkg-deb', 'depmod'].filter((name) => !which(name));
  if (missing.length > 0) throw new Error(`it is not in .cache/vm, and there is no ${missing.join(', no ')} to get it with`);
  const mirror = await debianMirror();
  if (mirror === undefined) throw new Error("it is not in .cache/vm, and this host's apt sources name no Debian archive");
  const suite = new Suite(kernel.suite, mirror, kernel.architecture);
  await suite.update();
  const image = newest(await suite.packagesBeginningWith('linux-image-'), imageOf(kernel));
  if (image === undefined) throw new Error(`Debian's ${kernel.suite} has no cloud kernel ${kernel.name}`);
  const release = imageOf(kernel).exec(image)[1];
  // Since version 7 the image consists of several packages.
  const parts = (await suite.dependencies(image)).filter((name) => name.startsWith('linux-') && name.endsWith(`-${release}`));
  await makeWhole(folderOf(kernel), async (draft) => {
    await suite.unpack([image, ...parts], join(draft, 'root'));
    await arrange(draft, release);
  });
  return cachedKernel(kernel);
}

/** The matching name with the highest version numbers. */
export function newest(names, pattern) {
  const numbers = (name) => name.match(/\d+/g).map(Number);
  const compare = (a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    const place = left.findIndex((number, index) => number !== right[index]);
    return place < 0 ? 0 : left[place] - (right[place] ?? -1);
  };
  return names
    .filter((name) => pattern.test(name))
    .sort(compare)
    .at(-1);
}

// The paths in packages differ between Debian releases.
async function arrange(draft, release) {
  const root = join(draft, 'root');
  const lib = ['lib', 'usr/lib'].map((path) => join(root, path)).find((path) => existsSync(join(path, 'modules', release)));
  if (lib === undefined) throw new Error('its packages hold no modules');
  mkdirSync(join(draft, 'lib'), { recursive: true });
  renameSync(join(lib, 'modules'), join(draft, 'lib', 'modules'));
  const modules = join(draft, 'lib', 'modules', release);
  const image = [join(root, 'boot', `vmlinuz-${release}`), join(modules, 'vmlinuz')].find(existsSync);
  if (image === undefined) throw new Error(`its packages hold no kernel, but ${readdirSync(root).join(', ')}`);
  renameSync(image, join(draft, 'vmlinuz'));
  await outputOf('depmod', ['-b', draft, release]);
  rmSync(root, { recursive: true });
  writeFileSync(join(draft, 'release'), release);
}
