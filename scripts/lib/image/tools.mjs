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
 * Tools for the tests of the image: buildah, podman, runc, and the base image of the
 * Dockerfile, which is made here because a registry may be unreachable.
 */
const TOOLS = ['buildah', 'mmdebstrap', 'podman', 'runc'];
const missingTools = () => TOOLS.filter((name) => !which(name));

/** Full name of the Dockerfile's base image. */
export const baseName = () => /^FROM (?:--platform=\S+ )?(\S+) AS build$/m.exec(readFileSync(at('Dockerfile'), 'utf8'))[1];

/** Its root file system as a tar file. */
export const baseFile = () => at('.cache', 'image', `${baseName().replaceAll(/[/:]/g, '_')}.tar`);

export const imageToolsMissing = () => isRoot() && missingTools().length > 0;

/** @returns {Promise<string | undefined>} why they are missing; the tests that need them are skipped with this reason */
export async function installImageTools() {
  if (!which('apt-get')) return 'there is no apt-get here to install them with';
  return orWhy(() => installPackages(missingTools()));
}

/** Makes Debian and Node.js of the Dockerfile's base image, without its other content, and keeps it. @returns as above */
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
/** Path of the emulator that runs programs of another architecture. machine: its GNU name. */
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
