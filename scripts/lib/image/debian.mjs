import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeWhole } from '../files.mjs';
import { Refusal } from '../refusal.mjs';
import { run, which } from '../run.mjs';
import { aptSettings, aptSources } from './host-network.mjs';

export const SUITE = 'bookworm';

/**
 * Makes a minimal root file system of Debian as a tar file.
 * @param {string} file
 * @param {{include?: string[], hooks?: string[], suite?: string}} options include: more packages; hooks: customize hooks of mmdebstrap;
 *   suite: Debian 12 if it is not given
 * @throws Refusal
 */
export async function makeDebian(file, { include = [], hooks = [], suite = SUITE } = {}) {
  const options = [
    // Like Debian's own images. A temporary file system need not survive a power cut.
    '--dpkgopt=force-unsafe-io',
    ...(include.length > 0 ? [`--include=${include.join(',')}`] : []),
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    ...(await aptSettings()).map((line) => `--aptopt=${line}`),
  ];
  await makeWhole(file, (draft) => must('mmdebstrap', ['--mode=root', '--variant=minbase', '--format=tar', ...options, suite, draft, ...aptSources(suite)]));
}

/** Folder of the npm that is installed here. It runs anywhere. */
export const npmFolder = () => dirname(dirname(realpathSync(process.env.npm_execpath ?? which('npm'))));

/** @throws Refusal with its output if it fails */
export async function must(file, args) {
  const { code, stderr } = await run(file, args);
  if (code === 0) return;
  throw new Refusal('the root file system could not be made.', {
    code: 'CW_SETUP_BUILD',
    why: `${file} ended with code ${code} and this output:`,
    todo: 'fix it, then run the command again.',
    detail: stderr,
  });
}
