import { existsSync, readFileSync } from 'node:fs';
import { agentNode, at, root } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run, which } from '../run.mjs';

/** True if node_modules differs from package-lock.json. */
export function packagesDiffer() {
  if (!existsSync(agentNode)) return true;
  const installed = readLock(at('node_modules', '.package-lock.json'));
  return installed === undefined || !satisfies(readLock(at('package-lock.json')) ?? {}, installed);
}

/**
 * Compares two maps of lock entries. An optional package may be absent: npm
 * leaves those of other architectures out.
 */
export function satisfies(wanted, installed) {
  return Object.entries(wanted).every(([path, entry]) => {
    const there = installed[path];
    if (!there || !existsSync(at(path, 'package.json'))) return entry.optional === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

function readLock(path) {
  try {
    const { '': _project, ...packages } = JSON.parse(readFileSync(path, 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}

/*
 * Runs no install scripts, because no dependency needs one. Includes development packages, because the
 * build needs them and NODE_ENV or a user's npmrc may exclude them.
 */
const ARGUMENTS = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--engine-strict=false', // npm runs on the host's Node.js; packages that need a newer one run on that of the npm package
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/** Runs npm: the same one that runs this script, if npm does. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  const [file, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : [which('npm') ?? 'npm', []];
  return run(file, [...first, ...args], options);
}

/** `npm ci` of a project. @throws Refusal */
export async function npmCi(args = [], cwd = root) {
  const { code, stderr } = await npm([...ARGUMENTS, ...args], { cwd });
  if (code !== 0) throw refusal(code, stderr);
}

/** @throws Refusal */
export async function installNpmPackages() {
  await npmCi();
  if (!existsSync(agentNode))
    throw new Refusal('Node.js 24 is missing after npm ci.', {
      code: 'CW_SETUP_MISSING',
      why: `npm installed no package node-linux-${process.arch}, which brings it.`,
      todo: 'look whether your npm configuration omits optional packages, then run the command again.',
    });
}

const UNREACHABLE = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|CERT|FETCH_ERROR/;

function refusal(code, stderr) {
  if (code === 127)
    return new Refusal('npm was not found.', {
      code: 'CW_SETUP_MISSING',
      why: 'it installs the JavaScript packages of the lock file.',
      todo: 'install npm (it comes with Node.js), then run the command again.',
    });
  const reason = UNREACHABLE.exec(stderr)?.[0];
  if (reason)
    return new Refusal('the npm registry cannot be reached.', {
      code: 'CW_SETUP_MISSING',
      why: `npm ci ended with ${reason}.`,
      todo: 'check `npm config get registry`, your proxy and your network, then run the command again.',
    });
  return new Refusal('npm ci failed.', {
    code: 'CW_SETUP_MISSING',
    why: `it ended with code ${code} and this output:`,
    todo: 'fix what npm reports, then run the command again.',
    detail: stderr,
  });
}
