import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './host.mjs';
import { at } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run, which } from './run.mjs';

/*
 * Debian package: what it is needed for. Looked for by what it brings, not by
 * its name, so that another distribution's package or a local build will do.
 */
const BUILD = {
  clang: () => which('clang'),
  llvm: () => which('llvm-strip'),
  'libbpf-dev': () => header('bpf/libbpf.h'),
  'g++': () => which('g++'),
  'libc6-dev': () => header('stdio.h'),
  'linux-libc-dev': () => header('linux/bpf.h'),
};
const TEST = {
  iproute2: () => which('ip'),
  nftables: () => which('nft'),
  procps: () => which('ps') && which('sysctl'),
};
const LIBBPF_MINIMUM = [1, 1];

function header(name) {
  const folders = [...(process.env.CPATH ?? '').split(':').filter(Boolean), '/usr/local/include', '/usr/include'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Debian packages that are missing here. */
export function missingPackages({ tests = false } = {}) {
  const wanted = tests && isRoot() ? { ...BUILD, ...TEST } : BUILD;
  return Object.keys(wanted).filter((name) => !wanted[name]());
}

/** Installs them, or says why it cannot. @throws Refusal */
export async function installPackages(names) {
  const list = names.join(' ');
  const todo = `install ${list} (the Debian and Ubuntu names), then run the command again.`;
  if (!which('apt-get'))
    throw new Refusal(`these packages are missing: ${list}.`, {
      why: 'the kernel programs and the native addon are compiled on this machine, and there is no apt-get to install what that needs.',
      todo,
    });
  if (!isRoot())
    throw new Refusal(`these packages are missing: ${list}.`, {
      why: 'only root can install packages.',
      todo: `run \`sudo apt-get install ${list}\`, then the command again.`,
    });
  const update = await apt('update');
  const install = await apt('install', '--yes', '--no-install-recommends', ...names);
  if (install.code !== 0)
    throw new Refusal(`apt-get could not install ${list}.`, {
      why: `apt-get ended with code ${install.code}${update.code === 0 ? '' : ', and so did apt-get update before it'}; this is what it said:`,
      todo: `mend what apt-get complains about, or ${todo}`,
      detail: `${update.code === 0 ? '' : update.stderr}${install.stderr}`,
    });
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  return run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], { env });
}

/** @throws Refusal when the libbpf that is installed is older than the addon's source */
export function checkLibbpf() {
  const path = header('bpf/libbpf_version.h');
  const text = path ? readFileSync(path, 'utf8') : '';
  const number = (name) => Number(new RegExp(`define LIBBPF_${name}_VERSION (\\d+)`).exec(text)?.[1] ?? 0);
  const [major, minor] = [number('MAJOR'), number('MINOR')];
  if (major > LIBBPF_MINIMUM[0] || (major === LIBBPF_MINIMUM[0] && minor >= LIBBPF_MINIMUM[1])) return;
  throw new Refusal(`libbpf ${path ? `${major}.${minor}` : 'of before 0.6'} is too old.`, {
    why: `the addon needs libbpf ${LIBBPF_MINIMUM.join('.')} or later.`,
    todo: 'install a newer libbpf with its headers (Debian 12 and Ubuntu 24.04 have one), then run the command again.',
  });
}

const prometheusFolder = at('.cache', 'prometheus');

/** Prometheus for the tests: unpacked, not installed, so that no daemon starts on the user's machine. */
export const prometheusMissing = () =>
  !['prometheus', 'promtool'].every((name) => existsSync(join(prometheusFolder, 'usr', 'bin', name)));

/** @returns {Promise<string | undefined>} why it is not there; the tests that want it then say so and skip */
export async function fetchPrometheus() {
  if (!which('apt-get') || !which('dpkg-deb')) return 'there is no apt-get here to download it with';
  const draft = `${prometheusFolder}.${process.pid}.tmp`;
  try {
    mkdirSync(draft, { recursive: true });
    let download = await downloadInto(draft);
    if (download.code !== 0 && isRoot()) {
      await apt('update');
      download = await downloadInto(draft);
    }
    const deb = readdirSync(draft).find((name) => name.endsWith('.deb'));
    if (!deb) return `apt-get download: ${download.stderr.trim().split('\n').at(-1)}`;
    const unpack = await run('dpkg-deb', ['-x', join(draft, deb), join(draft, 'root')]);
    if (unpack.code !== 0) return `dpkg-deb: ${unpack.stderr.trim()}`;
    rmSync(prometheusFolder, { recursive: true, force: true });
    renameSync(join(draft, 'root'), prometheusFolder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// As itself, not as the user _apt, who cannot write into this folder.
const downloadInto = (cwd) => run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'prometheus'], { cwd });
