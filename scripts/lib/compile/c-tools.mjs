import { mkdirSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { at, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { filesBelow, hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';

const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];

/** libNAME.c is to be preloaded. */
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
    /** @throws Refusal with what the compiler said */
    async build() {
      mkdirSync(at(...output), { recursive: true });
      for (const source of sources()) {
        if (isToolFresh(source)) continue;
        const from = inputs(source);
        await compile([...flagsOf(source), ...include, shown(source), '-o', toolOf(source), ...libraries], source, folder);
        setStamp(stampOf(source), from);
      }
    },
  };
}

async function compile(args, source, folder) {
  const { code, stderr } = await run('gcc', args);
  if (code === 0) return;
  throw new Refusal(`${shown(source)} could not be compiled.`, {
    code: 'CW_SETUP_BUILD',
    why: `gcc ended with code ${code} and this output:`,
    todo: `if you changed nothing below ${folder.join('/')}/, please report it together with these lines.`,
    detail: stderr,
  });
}
