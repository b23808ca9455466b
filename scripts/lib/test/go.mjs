import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { root } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run, which } from '../run.mjs';
import { hash } from '../setup/stamp.mjs';

export const goVersion = () => execFileSync('go', ['version'], { cwd: root, encoding: 'utf8' }).trim();

/** @param {string} what it builds @throws Refusal without Go */
export function requireGo(what, todo = 'install Go (https://go.dev/dl)') {
  if (which('go')) return;
  throw new Refusal(`Go is missing; it builds ${what}.`, {
    code: 'CW_SETUP_MISSING',
    why: 'the program go is not on the PATH.',
    todo: `${todo}.`,
  });
}

/** Outside of the checkout, so that each clone finds it: it takes minutes to build. The name says what it was built from. */
export function cacheFile(name, from, version) {
  const given = process.env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(given) ? given : join(homedir(), '.cache');
  return join(cache, 'connwatch', `${name}-${hash(from, version).slice(0, 16)}`);
}

/** Runs Go at the lowest priority and, but in CI, one package at a time. `what` and `versions` are for the error, `variables` for Go. @throws Refusal */
export async function go(args, cwd, { what, versions }, variables = {}) {
  const env = { ...process.env, ...variables, CGO_ENABLED: '0', GOFLAGS: `${process.env.GOFLAGS ?? ''}${process.env.CI ? '' : ' -p=1'}`.trim() };
  const { code, stdout, stderr } = await run('nice', ['-n', '19', 'go', ...args], { cwd, env });
  if (code === 0) return;
  throw new Refusal(`${what} could not be built.`, {
    code: 'CW_SETUP_BUILD',
    why: `\`go ${args.slice(0, 2).join(' ')}\` ended with ${code}:`,
    todo: `check that the Go module proxy is reachable, and the versions in ${versions}.`,
    detail: stdout + stderr,
  });
}
