import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FLAGS, sources } from '../compile/addon.mjs';
import { makeWhole, replaceFile } from '../files.mjs';
import { inParallel } from '../parallel.mjs';
import { at, shown } from '../paths.mjs';
import { zig } from './zig.mjs';

// -g0: Zig adds debug sections otherwise. No -flto: the linker would not find the entry points of the archives in time.
const OWN = ['-O2', '-g0', '-fno-sanitize=undefined'];

/** For the linker. Functions of libbpf and libelf stay inside: another addon may bring its own. */
const EXPORTS = '{ global: napi_register_module_v1; node_api_module_get_api_version_v1; local: *; };\n';

/**
 * Compiles the addon for a platform, with libbpf, libelf, zlib and the C++ library in it: it needs the C library only.
 * @param {(typeof import('./platforms.mjs').PLATFORMS)[number]} platform
 * @param {{archives: string[], include: string}} libraries
 * @param {string} output
 * @throws Refusal
 */
export async function buildPrebuiltAddon(platform, { archives, include }, output) {
  const objects = at('build', 'prebuilt', platform.name, 'native');
  mkdirSync(objects, { recursive: true });
  const objectOf = (source) => join(objects, `${basename(source, '.cc')}.o`);
  const compiler = (args) => zig('the native addon', 'native', ['c++', '-target', platform.zig, ...args]);
  await inParallel(sources(), (source) => compiler([...FLAGS, ...OWN, '-isystem', include, '-c', shown(source), '-o', objectOf(source)]));
  const exports = join(objects, 'exports');
  replaceFile(exports, EXPORTS);
  await makeWhole(output, (draft) => compiler(['-shared', '-s', `-Wl,--version-script=${exports}`, '-Wl,--gc-sections', '-Wl,--build-id=none', ...sources().map(objectOf), ...archives, '-o', draft]));
}
