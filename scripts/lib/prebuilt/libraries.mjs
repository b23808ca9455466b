import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { replaceFile } from '../files.mjs';
import { inParallel } from '../parallel.mjs';
import { at } from '../paths.mjs';
import { zig } from './zig.mjs';

const COMMON = ['-O2', '-fPIC', '-g0', '-fvisibility=hidden', '-fno-sanitize=undefined', '-w', '-D_GNU_SOURCE', '-D_LARGEFILE64_SOURCE', '-D_FILE_OFFSET_BITS=64'];

/** What configure would find out for libelf. musl lacks some functions of glibc. */
const elfConfig = ({ libc }) => `#define PACKAGE "elfutils"
#define PACKAGE_NAME "elfutils"
#define VERSION "0"
#define SIZEOF_LONG 8
#define HAVE_GCC_STRUCT 1
#define HAVE_ERR_H 1
#define HAVE_DECL_MEMPCPY ${libc === 'glibc' ? 1 : 0}
#define HAVE_DECL_RAWMEMCHR ${libc === 'glibc' ? 1 : 0}
#define HAVE_DECL_REALLOCARRAY 1
#define HAVE_DECL_MEMRCHR 1
#define HAVE_DECL_STRNDUP 1
#include <eu-config.h>
`;

// gz*: files, which libelf does not read.
const zlibFiles = (name) => name.endsWith('.c') && !name.startsWith('gz');
// Programs and what only the shared library needs.
const elfFiles = (name) => name.endsWith('.c') && !/^(?:i386_|elf_compress_gnu_test)/.test(name);

/**
 * Compiles libbpf, libelf and zlib for a platform.
 * @param {(typeof import('./platforms.mjs').PLATFORMS)[number]} platform
 * @param {Record<string, string>} sources their folders
 * @returns {Promise<{archives: string[], include: string}>} archives in the order of a linker; include: with libbpf's headers
 * @throws Refusal
 */
export async function buildLibraries(platform, sources) {
  const out = at('build', 'prebuilt', platform.name);
  replaceFile(join(out, 'elf-config', 'config.h'), elfConfig(platform));
  const { libbpf, elfutils, zlib } = sources;
  const include = join(out, 'include');
  mkdirSync(join(include, 'bpf'), { recursive: true });
  for (const name of readdirSync(join(libbpf, 'src')).filter((file) => file.endsWith('.h'))) copyFileSync(join(libbpf, 'src', name), join(include, 'bpf', name));
  const elf = ['libelf', 'lib'].map((name) => join(elfutils, name));
  const elfIncludes = ['-I', join(out, 'elf-config'), ...elf.flatMap((folder) => ['-I', folder]), '-I', zlib, '-DHAVE_CONFIG_H', '-include', 'config.h'];
  const archive = (name, files, flags) => library({ platform, out, name, files, flags });
  const archives = [
    await archive('bpf', inFolder(join(libbpf, 'src'), (name) => name.endsWith('.c')), ['-I', join(libbpf, 'include'), '-I', join(libbpf, 'include', 'uapi'), '-I', elf[0], '-I', zlib]),
    await archive('elf', [...inFolder(elf[0], elfFiles), ...['crc32.c', 'next_prime.c'].map((name) => join(elf[1], name))], elfIncludes),
    await archive('z', inFolder(zlib, zlibFiles), ['-DHAVE_UNISTD_H']),
  ];
  return { archives, include };
}

const inFolder = (folder, takes) => readdirSync(folder).filter(takes).sort().map((name) => join(folder, name));

async function library({ platform, out, name, files, flags }) {
  const objects = files.map((file) => join(out, name, `${basename(file, '.c')}.o`));
  mkdirSync(join(out, name), { recursive: true });
  await inParallel(files.map((file, at) => [file, objects[at]]), ([file, object]) =>
    zig(`lib${name}`, 'scripts/lib/prebuilt', ['cc', '-target', platform.zig, ...COMMON, ...flags, '-c', file, '-o', object]),
  );
  const path = join(out, `lib${name}.a`);
  rmSync(path, { force: true });
  await zig(`lib${name}`, 'scripts/lib/prebuilt', ['ar', 'rcsD', path, ...objects]);
  return path;
}
