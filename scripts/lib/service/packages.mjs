import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BPF_OBJECTS } from '../compile/bpf.mjs';
import { inTemporaryFolder, settle } from '../files.mjs';
import { makeInstallTree } from '../image/install-tree.mjs';
import { at } from '../paths.mjs';
import { buildPlatform } from '../prebuilt/packages.mjs';
import { PLATFORMS } from '../prebuilt/platforms.mjs';
import { Refusal } from '../refusal.mjs';
import { setupPrebuilt } from '../setup.mjs';
import { doSteps } from '../setup/steps.mjs';
import { commitTime } from './commit-time.mjs';
import { packageConfig } from './config.mjs';
import { nfpmStep, writePackage } from './nfpm.mjs';

/** By Debian's name: Node.js's, and the one in the name of an .rpm. */
const ARCHITECTURES = { amd64: { arch: 'x64', rpm: 'x86_64' }, arm64: { arch: 'arm64', rpm: 'aarch64' } };
const own = () => Object.keys(ARCHITECTURES).find((name) => ARCHITECTURES[name].arch === process.arch);

/** Of connwatch, Node.js, and what is in the addon. The texts are in /opt/connwatch. */
const LICENCES = 'Apache-2.0 AND MIT AND (BSD-2-Clause OR GPL-2.0-only) AND (LGPL-2.1-only OR BSD-2-Clause) AND (GPL-2.0-or-later OR LGPL-3.0-or-later) AND Zlib';

/** @param {string[]} names none: this machine's @throws Refusal */
export function chosenArchitectures(names) {
  const unknown = names.find((name) => !Object.hasOwn(ARCHITECTURES, name));
  if (unknown === undefined) return names.length === 0 ? [own()] : names;
  throw new Refusal(`there is no architecture ${unknown}.`, {
    code: 'CW_SETUP_ARGUMENT',
    why: `the architectures are ${Object.keys(ARCHITECTURES).join(' and ')}.`,
    todo: 'give one or both, or none for that of this machine.',
  });
}

/**
 * Makes a .deb and an .rpm with the service: Node.js, the program, an addon that needs the C library only, the unit.
 * @param {string[]} architectures Debian's names
 * @param {{release?: number, into?: string}} options release: of the package, for one version of connwatch; into: a folder
 * @returns {Promise<string[]>} their paths, for each architecture first the .deb
 * @throws Refusal
 */
export async function makeServicePackages(architectures, { release = 1, into = at('build') } = {}) {
  await setupPrebuilt();
  const made = [];
  await doSteps([
    nfpmStep,
    ...architectures.map((architecture) => ({ label: `packages for ${architecture}`, due: () => true, run: async () => void made.push(...(await packagesFor(architecture, release, into))) })),
  ]);
  return made;
}

async function packagesFor(architecture, release, into) {
  const { version, description } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const { arch, rpm } = ARCHITECTURES[architecture];
  const built = await buildPlatform(PLATFORMS.find(({ cpu, libc }) => cpu === arch && libc === 'glibc'));
  const time = await commitTime();
  return inTemporaryFolder(async (folder) => {
    const tree = join(folder, 'connwatch');
    await makeInstallTree(tree, { arch, built: ['connwatch.node', ...BPF_OBJECTS].map((name) => join(built, name)), licences: join(built, 'LICENSES.txt') });
    settle(tree, time);
    const config = packageConfig({ version, release, description, license: LICENCES, architecture, tree, install: at('scripts', 'install'), time });
    const files = { deb: join(into, `connwatch_${version}-${release}_${architecture}.deb`), rpm: join(into, `connwatch-${version}-${release}.${rpm}.rpm`) };
    for (const [format, file] of Object.entries(files)) {
      rmSync(file, { force: true });
      await writePackage(config, format, file);
    }
    return Object.values(files);
  });
}
