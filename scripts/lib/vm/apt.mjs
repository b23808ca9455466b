import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../paths.mjs';
import { outputOf, run } from '../run.mjs';
import { apt } from '../setup/system-packages.mjs';
import { unpack } from '../setup/unpacked.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * One suite of Debian, independent of the host's suites. Its lists and settings are in a folder of its own, so that the
 * host's do not change. Packages are downloaded and unpacked, never installed.
 */
export class Suite {
  #options;

  /**
   * @param {string} name such as `trixie` @param {string} mirror
   * @param {string} [architecture] Debian's name of one that need not be the host's
   */
  constructor(name, mirror, architecture) {
    const folder = at('.cache', 'vm', 'apt', architecture ? `${name}-${architecture}` : name);
    for (const part of ['lists', 'cache/archives']) mkdirSync(join(folder, part, 'partial'), { recursive: true });
    const source = join(folder, 'sources.list');
    writeFileSync(source, `deb [signed-by=${KEYRING}] ${mirror} ${name} main\n`);
    this.#options = Object.entries({
      'Dir::Etc::sourcelist': source,
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(folder, 'lists'),
      'Dir::Cache': join(folder, 'cache'),
      'Acquire::Languages': 'none',
      // An old suite has an expired date that is no longer renewed.
      'Acquire::Check-Valid-Until': 'false',
      'APT::Sandbox::User': 'root',
      ...(architecture && { 'APT::Architecture': architecture, 'APT::Architectures': architecture }),
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** @throws Error with the output of apt-get */
  async update() {
    await outputOf('apt-get', ['-qq', ...this.#options, 'update']);
  }

  async packagesBeginningWith(prefix) {
    const names = await outputOf('apt-cache', [...this.#options, 'pkgnames', prefix]);
    return names.split('\n').filter(Boolean);
  }

  /** Names of the packages that a package depends on, without duplicates. */
  async dependencies(name) {
    const record = await outputOf('apt-cache', [...this.#options, 'show', '--no-all-versions', name]);
    const [, line = ''] = /^Depends: (.*)$/m.exec(record) ?? [];
    return [...new Set(line.split(/[,|]/).map((part) => part.trim().split(' ')[0]))];
  }

  /** Downloads packages and unpacks them over each other into a folder. */
  async unpack(names, folder) {
    await unpack(names, folder, this.#options);
  }
}

/**
 * Downloads packages of a suite and unpacks them over each other into a folder. architecture: as for Suite
 * @throws Error with the output of apt-get
 */
export async function unpackOf(name, names, folder, architecture) {
  const mirror = await debianMirror();
  if (mirror === undefined) throw new Error("this host's apt sources name no Debian archive");
  const suite = new Suite(name, mirror, architecture);
  await suite.update();
  await suite.unpack(names, folder);
}

/** URL from which this host gets Debian's main archive; undefined if it uses none. */
export async function debianMirror() {
  const find = () =>
    run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Identifier: Packages', 'Origin: Debian', 'Label: Debian']);
  let { stdout } = await find();
  if (stdout === '') {
    // Before its first update, apt does not know the origin of these archives.
    await apt('update');
    ({ stdout } = await find());
  }
  return stdout.split('\n')[0] || undefined;
}
