import { existsSync, readFileSync } from 'node:fs';
import { isRoot } from './host.mjs';
import { at } from './paths.mjs';
import { missingPackages } from './setup/system-packages.mjs';

const HELP = new Set(['--help', '-h', 'help']);
const VERSION = new Set(['--version', '-V', 'version']);

/**
 * What a fresh checkout answers at once, without set-up. The program itself answers once it is built.
 * @returns {boolean} whether that is all there is to do
 */
export function answeredBeforeSetup([command, ...more], print = (text) => process.stdout.write(text)) {
  if (existsSync(at('dist', 'connwatch.js')) || more.length > 0) return false;
  if (HELP.has(command)) return print(readFileSync(at('scripts', 'lib', 'help.txt'), 'utf8')), true;
  if (VERSION.has(command)) {
    const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
    return print(`connwatch ${version}\nnot set up yet: npm start does it\n`), true;
  }
  if (command === 'doctor') print(needs(missingPackages()));
  return false;
}

/** In a sentence, before the set-up that brings the program which checks the rest. */
function needs(packages) {
  const install = packages.length === 0 ? 'no system package is missing' : `these system packages are missing: ${packages.join(' ')}`;
  const how = packages.length === 0 ? '' : isRoot() ? ' (set-up installs them with apt-get)' : ' (run it as root, or install them)';
  return `doctor: set-up comes first: ${install}${how}.\n`;
}
