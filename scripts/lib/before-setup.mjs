import { existsSync, readFileSync } from 'node:fs';
import { hasBtf, isRoot } from './host.mjs';
import { at } from './paths.mjs';
import { missingPackages } from './setup/system-packages.mjs';

const HELP = new Set(['--help', '-h', 'help']);
const VERSION = new Set(['--version', '-V', 'version']);

const text = (name) => readFileSync(at('scripts', 'lib', name), 'utf8');

/** Prefixes of the variables that are settings. */
const SETTINGS = /^(CONNWATCH|OTEL)_/;

/**
 * What a fresh checkout answers at once, without set-up. The program itself answers once it is built.
 * @returns {boolean} whether that is all there is to do
 */
export function answeredBeforeSetup([command, ...more], print = (text) => process.stdout.write(text)) {
  if (existsSync(at('dist', 'connwatch.js')) || more.length > 0) return false;
  if (HELP.has(command)) return print(text('help.txt')), true;
  if (command === 'config' && !Object.keys(process.env).some((name) => SETTINGS.test(name))) return print(defaults()), true;
  if (VERSION.has(command)) {
    const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
    return print(`connwatch ${version}\nnot set up yet: npm start does it\n`), true;
  }
  if (command === 'doctor') print(needs(missingPackages()));
  return false;
}

/** Without options, a file and variables, all settings have their defaults, and one of them depends on the terminal. */
function defaults() {
  const all = text('config.txt');
  return process.stderr.isTTY ? all.replace(/^log-format: json/m, 'log-format: pretty') : all;
}

/** In a sentence, before the set-up that brings the program which checks the rest. */
function needs(packages) {
  const install = packages.length === 0 ? 'no system package is missing' : `these system packages are missing: ${packages.join(' ')}`;
  const how = packages.length === 0 ? '' : isRoot() ? ' (set-up installs them with apt-get)' : ' (run it as root, or install them)';
  const kernel = hasBtf() ? '' : 'doctor: this kernel does not describe its types (no /sys/kernel/btf/vmlinux), so connwatch cannot run on it: CONFIG_DEBUG_INFO_BTF is off.\n';
  return `${kernel}doctor: set-up comes first: ${install}${how}.\n`;
}
