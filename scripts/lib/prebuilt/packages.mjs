import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bpfFlags, compileBpfInto } from '../compile/bpf.mjs';
import { replaceFile, settle } from '../files.mjs';
import { at, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { setupPrebuilt } from '../setup.mjs';
import { npm } from '../setup/npm-packages.mjs';
import { doSteps } from '../setup/steps.mjs';
import { buildPrebuiltAddon } from './addon.mjs';
import { buildLibraries } from './libraries.mjs';
import { prebuiltLicences } from './licences.mjs';
import { mainManifest, platformManifest } from './manifests.mjs';
import { PLATFORMS } from './platforms.mjs';
import { librarySources } from './sources.mjs';

const out = at('build', 'npm');

/** @param {string[]} names none: all @throws Refusal */
export function chosenPlatforms(names) {
  const unknown = names.find((name) => !PLATFORMS.some((platform) => platform.name === name));
  if (unknown === undefined) return PLATFORMS.filter(({ name }) => names.length === 0 || names.includes(name));
  throw new Refusal(`there is no platform ${unknown}.`, {
    code: 'CW_SETUP_ARGUMENT',
    why: `the platforms are ${PLATFORMS.map(({ name }) => name).join(', ')}.`,
    todo: 'give some of these, or none for all.',
  });
}

/**
 * Makes the packages that are published: the program for all platforms, and what each platform needs.
 * @returns {Promise<string[]>} their archives in the checkout, the program's last: a registry needs the others first
 * @throws Refusal
 */
export async function makeNpmPackages(platforms) {
  await setupPrebuilt();
  const packed = [];
  const step = (label, work) => ({ label, due: () => true, run: async () => void packed.push(await work()) });
  await doSteps([...platforms.map((platform) => step(`package ${platform.name}`, () => platformPackage(platform))), step('package connwatch', mainPackage)]);
  return packed;
}

/**
 * Builds what a platform needs, into its folder in build/npm. setupPrebuilt() must have been done.
 * @returns {Promise<string>} the folder, with connwatch.node, the BPF objects and LICENSES.txt
 * @throws Refusal
 */
export async function buildPlatform(platform) {
  const folder = join(out, platform.name);
  const sources = librarySources();
  await buildPrebuiltAddon(platform, await buildLibraries(platform, sources), join(folder, 'connwatch.node'));
  await compileBpfInto(folder, bpfFlags(platform.bpf));
  replaceFile(join(folder, 'LICENSES.txt'), prebuiltLicences(sources));
  return folder;
}

async function platformPackage(platform) {
  const folder = await buildPlatform(platform);
  return pack(folder, platformManifest(readManifest(), platform));
}

async function mainPackage() {
  const folder = join(out, 'connwatch');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['dist', 'LICENSE', 'README.md']) cpSync(at(name), join(folder, name), { recursive: true });
  return pack(folder, mainManifest(readManifest(), PLATFORMS));
}

const readManifest = () => JSON.parse(readFileSync(at('package.json'), 'utf8'));

async function pack(folder, manifest) {
  replaceFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  settle(folder);
  const { code, stdout, stderr } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', out], { cwd: folder });
  if (code !== 0) throw new Refusal(`the package of ${basename(folder)} could not be made.`, { code: 'CW_SETUP_BUILD', why: `npm pack ended with code ${code}:`, todo: 'fix it, then run the command again.', detail: stderr });
  return shown(join(out, JSON.parse(stdout)[0].filename));
}
