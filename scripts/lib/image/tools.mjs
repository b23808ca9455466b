import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../host.mjs';
import { agentNode, at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { which } from '../run.mjs';
import { installPackages } from '../setup/system-packages.mjs';
import { unpackPackage } from '../setup/unpacked.mjs';
import { makeDebian, npmFolder } from './debian.mjs';

/*
 * What the tests of the image need: buildah, podman and runc, and the base
 * image of the Dockerfile, made here because a registry may be out of reach.
 */
const TOOLS = ['buildah', 'mmdebstrap', 'podman', 'runc'];
const missingTools = () => TOOLS.filter((name) => !which(name));

/** What the Dockerfile builds in, by its full name. */
export const baseName = () => /^FROM (?:--platform=\S+ )?(\S+) AS build$/m.exec(readFileSync(at('Dockerfile'), 'utf8'))[1];

/** Its root file system as a tar file. */
export const baseFile = () => at('.cache', 'image', `${baseName().replaceAll(/[/:]/g, '_')}.tar`);

export const imageToolsMissing = () => isRoot() && missingTools().length > 0;

/** @returns {Promise<string | undefined>} why they are not there; the tests that want them then say so and skip */
export async function installImageTools() {
  if (!which('apt-get')) return 'there is no apt-get here to install them with';
  return orWhy(() => installPackages(missingTools()));
}

/** The Debian and the Node.js that the Dockerfile's base has, without what else is in there; kept for the next time. @returns as above */
export async function makeImageBase() {
  if (existsSync(baseFile())) return undefined;
  return orWhy(() =>
    makeDebian(baseFile(), {
      hooks: [
        'mkdir -p "$1/usr/local/bin" "$1/usr/local/lib/node_modules"',
        `copy-in "${agentNode}" /usr/local/bin`,
        `copy-in "${npmFolder()}" /usr/local/lib/node_modules`,
        'ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"',
      ],
    }),
  );
}

const emulators = at('.cache', 'qemu');
/** Runs a program of another architecture; machine: GNU's name of it. */
export const emulator = (machine) => join(emulators, 'usr', 'bin', `qemu-${machine}-static`);
export const emulatorsMissing = () => isRoot() && !existsSync(emulators);

/** @returns as above */
export const fetchEmulators = () => unpackPackage('qemu-user-static', emulators);

async function orWhy(work) {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.message} ${error.detail.trim().split('\n').at(-1)}`;
  }
}
