import { mkdirSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { filesBelow } from '../files.mjs';
import { at, shown } from '../paths.mjs';
import { hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';
import { compile } from './compiler.mjs';

const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];

/** libNAME.c becomes a shared library for LD_PRELOAD. */
const flagsOf = (source) => (basename(source).startsWith('lib') ? [...FLAGS, '-shared', '-fPIC'] : FLAGS);

/**
 * Small C programs, one for each FOLDER/NAME.c, compiled to OUTPUT/NAME.
 * @param {{folder: string[], output: string[], headers?: string[][], libraries?: string[]}} where paths in the
 *   checkout; headers: folders with more headers
 */
export function cTools({ folder, output, headers = [], libraries = [] }) {
  const include = [folder, ...headers].flatMap((path) => ['-I', at(...path)]);
  const below = (path, extension) => filesBelow(at(...path), (file) => extname(file) === extension);
  const sources = () => below(folder, '.c');
  const toolOf = (source) => at(...output, basename(source, '.c'));
  const stampOf = (source) => `tool-${basename(source)}`;
  const inputs = (source) =>
    hash(
      [...flagsOf(source), ...include, ...libraries].join(' '),
      toolIdentity('gcc'),
      hashFiles([source, ...[folder, ...headers].flatMap((path) => below(path, '.h'))]),
    );
  const isToolFresh = (source) => isFresh(stampOf(source), inputs(source), [toolOf(source)]);
  return {
    fresh: () => sources().every(isToolFresh),
    /** @throws Refusal with the compiler's output */
    async build() {
      mkdirSync(at(...output), { recursive: true });
      for (const source of sources()) {
        if (isToolFresh(source)) continue;
        const from = inputs(source);
        await compile(shown(source), folder.join('/'), 'gcc', [...flagsOf(source), ...include, shown(source), '-o', toolOf(source), ...libraries]);
        setStamp(stampOf(source), from);
      }
    },
  };
}
