import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole, replaceFile } from '../files.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { cacheFile, go, goVersion, requireGo } from '../test/go.mjs';

/** Writes .deb and .rpm without the tools of either system. Go checks the module against its checksum database. */
const MODULE = 'github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2';
const WHAT = { what: 'nfpm, which writes .deb and .rpm', versions: 'scripts/lib/service/nfpm.mjs' };

const program = () => cacheFile('nfpm', MODULE, goVersion());

export const nfpmStep = {
  label: 'nfpm',
  due: () => {
    requireGo(WHAT.what);
    return !existsSync(program());
  },
  run: () =>
    inTemporaryFolder((folder) =>
      makeWhole(program(), async (draft) => {
        // Go installs into a folder, under the name of the package.
        await go(['install', '-trimpath', '-ldflags=-s -w', MODULE], folder, WHAT, { GOBIN: folder });
        copyFileSync(join(folder, 'nfpm'), draft);
      }),
    ),
};

/**
 * Writes one package.
 * @param {object} config of nfpm
 * @param {'deb' | 'rpm'} format
 * @param {string} output
 * @throws Refusal
 */
export async function writePackage(config, format, output) {
  const { code, stdout, stderr } = await inTemporaryFolder((folder) => {
    const file = join(folder, 'nfpm.json');
    replaceFile(file, JSON.stringify(config));
    return run(program(), ['package', '--config', file, '--packager', format, '--target', output]);
  });
  if (code === 0) return;
  throw new Refusal(`the .${format} could not be made.`, { code: 'CW_SETUP_BUILD', why: `nfpm ended with code ${code}:`, todo: 'fix it, then run the command again.', detail: stdout + stderr });
}
