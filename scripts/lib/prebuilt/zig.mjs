import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole, replaceFile } from '../files.mjs';
import { at } from '../paths.mjs';
import { compile } from '../compile/compiler.mjs';
import { download } from './download.mjs';

/*
 * Zig's C and C++ compiler, from the Python package index: it has the headers and start files of each libc, so that one machine builds
 * for all platforms, and for older versions of glibc than its own.
 */
const VERSION = '0.13.0';
const HASHES = {
  x64: '3ce0c9f16547e5d61b32e0d226926e9a2552ef4b91fccf7ab5ea1a623a77824b',
  arm64: '5714a4d46f9246ba6180a0930e23df2bc8bc26e62b5fe0dc798b4afca1903308',
};

const ORIGIN = { what: 'the compiler for other platforms', from: 'the Python package index' };
const folder = at('.cache', `zig-${VERSION}`);
const program = join(folder, 'ziglang', 'zig');

export const zigMissing = () => !existsSync(program);

/** @throws Refusal */
export async function fetchZig() {
  await inTemporaryFolder(async (draft) => {
    const list = join(draft, 'requirements.txt');
    replaceFile(list, `ziglang==${VERSION} --hash=sha256:${HASHES[process.arch]}\n`);
    await download(ORIGIN, 'python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--disable-pip-version-check', '-r', list, '-d', draft]);
    const wheel = readdirSync(draft).find((name) => name.endsWith('.whl'));
    await makeWhole(folder, (whole) => download(ORIGIN, 'python3', ['-m', 'zipfile', '-e', join(draft, wheel), whole]));
  });
  chmodSync(program, 0o755);
}

/**
 * Runs one of Zig's tools: cc, c++, ar. Its cache makes a second build quick.
 * @throws Refusal with the compiler's output
 */
export const zig = (what, sources, args) => compile(what, sources, program, args);
