import { existsSync } from 'node:fs';
import { isRoot } from '../host.mjs';
import { run, which } from '../run.mjs';
import { apt } from './system-packages.mjs';

/** Whether clang can link with libFuzzer, which is a separate package on Debian and Ubuntu. */
async function hasFuzzer() {
  const { code, stdout } = await run('clang', [`-print-file-name=libclang_rt.fuzzer-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.a`]);
  if (code === 0 && existsSync(stdout.trim())) return true;
  const folder = await run('clang', ['-print-runtime-dir']);
  return ['x86_64', 'aarch64'].some((name) => existsSync(`${folder.stdout.trim()}/libclang_rt.fuzzer-${name}.a`));
}

/** Installs libFuzzer for this clang if possible; otherwise fuzzing of the record decoder is skipped. */
export async function installFuzzer() {
  if (!isRoot() || !which('apt-get') || (await hasFuzzer())) return;
  const { stdout } = await run('clang', ['--version']);
  const [, major] = /version (\d+)/.exec(stdout) ?? [];
  if (major !== undefined) await apt('install', '--yes', '--no-install-recommends', `libclang-rt-${major}-dev`);
}
