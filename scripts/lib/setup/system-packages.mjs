import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCross, isRoot, target } from '../host.mjs';
import { Refusal } from '../refusal.mjs';
import { run, which } from '../run.mjs';

/*
 * Debian packages and their purpose. Set-up looks for the files of a package, not for its name, so that
 * a package of another distribution or a local build is enough.
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
  chromium: () => which('chromium') ?? which('chromium-browser') ?? which('google-chrome'),
  containerd: () => which('containerd'),
  iproute2: () => which('ip'),
  nftables: () => which('nft'),
  podman: () => which('podman'),
  procps: () => which('ps') && which('sysctl'),
  runc: () => which('runc'),
  tmux: () => which('tmux'),
};
const VM = {
  'qemu-system-x86': () => which('qemu-system-x86_64'),
  'busybox-static': () => which('busybox'),
  cpio: () => which('cpio'),
  kmod: () => which('modprobe'),
  'xz-utils': () => which('xz'),
};
/** Of the prebuilt packages: Debian's sources, and Python's installer for the compiler. */
const PREBUILT = {
  'dpkg-dev': () => which('dpkg-source'),
  'python3-pip': () => spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0,
};
/** To run the packages for arm64. */
const ARM64 = {
  'qemu-system-arm': () => which('qemu-system-aarch64'),
  cpio: () => which('cpio'),
};
const LIBBPF_MINIMUM = [1, 1];

function header(name) {
  const folders = [...(process.env.CPATH ?? '').split(':').filter(Boolean), '/usr/local/include', '/usr/include'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Packages that a build for another architecture needs in addition to clang. */
function crossBuild() {
  const { triplet, debian } = target();
  const { 'g++': _native, ...others } = BUILD;
  const library = (name) => existsSync(join('/usr/lib', triplet, name));
  return {
    ...others,
    [`g++-${triplet.replace('_', '-')}`]: () => which(`${triplet}-g++`),
    [`libbpf-dev:${debian}`]: () => library('libbpf.so'),
    [`libstdc++6:${debian}`]: () => library('libstdc++.so.6'),
  };
}

/** Debian packages that are missing here. */
export function missingPackages({ tests = false, vm = false, prebuilt = false, arm64 = false } = {}) {
  const wanted = { ...(isCross() ? crossBuild() : BUILD), ...(tests && isRoot() && TEST), ...(vm && isRoot() && process.arch === 'x64' && VM), ...(prebuilt && PREBUILT), ...(arm64 && isRoot() && ARM64) };
  return Object.keys(wanted).filter((name) => !wanted[name]());
}

/** @throws Refusal if they cannot be installed automatically */
export function checkInstallable(names) {
  const list = names.join(' ');
  if (names.length === 0) return;
  if (!which('apt-get'))
    throw new Refusal(`these packages are missing: ${list}.`, {
      code: 'CW_SETUP_MISSING',
      why: 'this machine compiles the kernel programs and the addon, and has no apt-get to install what that needs.',
      todo: `install ${list} (the Debian and Ubuntu names), then run the command again.`,
    });
  if (!isRoot())
    throw new Refusal(`these packages are missing: ${list}.`, {
      code: 'CW_SETUP_MISSING',
      why: 'only root can install packages.',
      todo: `run \`sudo apt-get install ${list}\`, then the command again.`,
    });
}

/** @throws Refusal with the output of apt-get */
export async function installPackages(names) {
  const list = names.join(' ');
  for (const foreign of new Set(names.map((name) => name.split(':')[1]).filter(Boolean))) await run('dpkg', ['--add-architecture', foreign]);
  const update = await apt('update');
  const install = await apt('install', '--yes', '--no-install-recommends', ...names);
  if (install.code !== 0)
    throw new Refusal(`apt-get could not install ${list}.`, {
      code: 'CW_SETUP_MISSING',
      why: `apt-get ended with code ${install.code}${update.code === 0 ? '' : ', and so did apt-get update before it'} and this output:`,
      todo: `fix what apt-get reports, or install ${list} yourself, then run the command again.`,
      detail: `${update.code === 0 ? '' : update.stderr}${install.stderr}`,
    });
}

/** Runs apt-get non-interactively. */
export function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  // Let apt-get finish when set-up is interrupted: a half-installed package would be a problem for the machine.
  return run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], { env, finish: true });
}

/** @throws Refusal if the installed libbpf is older than the addon needs */
export function checkLibbpf() {
  const path = header('bpf/libbpf_version.h');
  const text = path ? readFileSync(path, 'utf8') : '';
  const number = (name) => Number(new RegExp(`define LIBBPF_${name}_VERSION (\\d+)`).exec(text)?.[1] ?? 0);
  const [major, minor] = [number('MAJOR'), number('MINOR')];
  if (major > LIBBPF_MINIMUM[0] || (major === LIBBPF_MINIMUM[0] && minor >= LIBBPF_MINIMUM[1])) return;
  throw new Refusal(`libbpf ${path ? `${major}.${minor}` : 'of before 0.6'} is too old.`, {
    code: 'CW_SETUP_MISSING',
    why: `the addon needs libbpf ${LIBBPF_MINIMUM.join('.')} or later.`,
    todo: 'install a newer libbpf with its headers (Debian 12 and Ubuntu 24.04 have one), then run the command again.',
  });
}
