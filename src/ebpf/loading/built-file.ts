import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConnwatchError } from '../../internal/errors.ts';

/** Packages with what is built, for a machine without compilers; npm installs the one that fits. */
const PREBUILT = ['gnu', 'musl'].map((libc) => `@connwatch/linux-${process.arch}-${libc}`);

/** Path of a built file: in build/ of a checkout or an archive, or in an npm package. */
export function builtFile(name: string): string {
  return inBuildFolder(name) ?? inPackage(name) ?? refuseMissing(name);
}

// Searches upwards, because the sources and the bundle are at different depths.
function inBuildFolder(name: string): string | undefined {
  for (let folder = import.meta.dirname, depth = 0; depth < 4; folder = dirname(folder), depth++) {
    const path = join(folder, 'build', name);
    if (existsSync(path)) return path;
  }
  return undefined;
}

function inPackage(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  const found = PREBUILT.flatMap((prebuilt) => {
    try {
      return [require.resolve(`${prebuilt}/${name}`)];
    } catch {
      return []; // not installed
    }
  });
  // Installers that do not know npm's field `libc` install both.
  return found.length > 1 && hasMusl() ? found[1] : found[0];
}

function hasMusl(): boolean {
  Object.assign(process.report, { excludeNetwork: true }); // which would take seconds
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

function refuseMissing(name: string): never {
  throw new ConnwatchError(`${name} was not found: not in build/, and no package ${PREBUILT.join(' or ')} is installed.`, {
    code: 'CW_ADDON',
    hint: 'In a checkout run `npm run setup`. Elsewhere install connwatch again, without --omit=optional; there are packages for x64 and arm64.',
  });
}
