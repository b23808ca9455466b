import { readFileSync, readdirSync } from 'node:fs';
import { at } from '../paths.mjs';

const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;
const RULE = '='.repeat(80);
// Its code is in the addon.
const COMPILED_IN = ['node_modules/node-addon-api'];

/**
 * Licence texts of the packages whose code is in a bundle, because their licences require it. Each text appears once,
 * below the names of its packages.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 */
export function licencesOf(metafiles) {
  const packagesByText = new Map();
  for (const folder of [...new Set(metafiles.flatMap(bundledPackages).sort()), ...COMPILED_IN]) {
    const text = textOf(folder);
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), folder]);
  }
  return [...packagesByText].map(([text, folders]) => [RULE, ...folders.map(titleOf), RULE, text, ''].join('\n')).join('\n');
}

/** Folders of packages with code in the output, such as `node_modules/rxjs`. @returns {string[]} */
export function bundledPackages(metafile) {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = files.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  return [...new Set(folders.filter(Boolean))].sort();
}

function titleOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'));
  return `${name} ${version}: ${license}`;
}

function textOf(folder) {
  const files = readdirSync(at(folder)).filter((file) => LICENCE_FILE.test(file));
  const texts = files.sort().map((file) => readFileSync(at(folder, file), 'utf8').trim());
  return texts.length > 0 ? texts.join('\n\n') : 'No text came with it.';
}
