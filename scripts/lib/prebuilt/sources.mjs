import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeWhole, replaceFile } from '../files.mjs';
import { at } from '../paths.mjs';
import { download } from './download.mjs';

const PACKAGES = ['libbpf', 'elfutils', 'zlib'];
const ORIGIN = { what: 'source code of libbpf, libelf and zlib', from: 'its Debian mirror' };
const folder = at('.cache', 'sources');

export const sourcesMissing = () => !existsSync(folder);

/** Gets Debian's source packages of the libraries, with Debian's patches; apt checks their signatures. @throws Refusal */
export const fetchSources = () => makeWhole(folder, fill);

/** @returns {Record<string, string>} the folder of each */
export function librarySources() {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(PACKAGES.map((name) => [name, join(folder, folders.find((entry) => entry.name.startsWith(`${name}-`)).name)]));
}

async function fill(draft) {
  const [lists, parts] = ['lists', 'parts'].map((name) => join(draft, 'apt', name));
  mkdirSync(join(lists, 'partial'), { recursive: true });
  for (const [name, text] of sourceLists()) replaceFile(join(parts, name), text);
  const options = ['APT::Sandbox::User=root', 'Dir::Etc::SourceList=/dev/null', `Dir::Etc::SourceParts=${parts}`, `Dir::State::Lists=${lists}`];
  const apt = (...args) => download(ORIGIN, 'apt-get', ['-qq', ...options.flatMap((option) => ['-o', option]), ...args], { cwd: draft });
  await apt('update');
  await apt('source', '--only-source', ...PACKAGES);
}

/** This machine's list of package servers, for source packages: name and text of each file. */
function sourceLists() {
  const etc = '/etc/apt';
  const files = ['sources.list', ...(existsSync(join(etc, 'sources.list.d')) ? readdirSync(join(etc, 'sources.list.d')).map((name) => join('sources.list.d', name)) : [])];
  return files
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(join(etc, file)))
    .map((file) => [file.replaceAll('/', '-'), readFileSync(join(etc, file), 'utf8').replace(/^Types:.*$/gm, 'Types: deb-src').replace(/^deb(?=\s)/gm, 'deb-src')]);
}
