import { mkdirSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { at, shown } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';
import { filesBelow, hash, hashFiles, isFresh, setStamp, toolIdentity } from './stamp.mjs';

/*
 * Small C programs that make connections for the kernel tests, where Node.js
 * cannot: from a chosen thread, at full speed, without exiting cleanly.
 */
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];

const sources = () => filesBelow(at('test', 'tools'), (path) => extname(path) === '.c');
const headers = () => filesBelow(at('test', 'tools'), (path) => extname(path) === '.h');
const toolOf = (source) => at('build', 'test-tools', basename(source, '.c'));
const inputs = (source) => hash(FLAGS.join(' '), toolIdentity('gcc'), hashFiles([source, ...headers()]));
const isToolFresh = (source) => isFresh(`tool-${basename(source)}`, inputs(source), [toolOf(source)]);

export const testToolsAreFresh = () => sources().every(isToolFresh);

/** Compiles test/tools/NAME.c to build/test-tools/NAME. @throws Refusal */
export async function buildTestTools() {
  mkdirSync(at('build', 'test-tools'), { recursive: true });
  for (const source of sources()) {
    if (isToolFresh(source)) continue;
    const from = inputs(source);
    const { code, stderr } = await run('gcc', [...FLAGS, shown(source), '-o', toolOf(source)]);
    if (code !== 0)
      throw new Refusal(`${shown(source)} could not be compiled.`, {
        why: `gcc ended with code ${code}; this is what it said:`,
        todo: 'if you changed nothing below test/tools/, please report it together with these lines.',
        detail: stderr,
      });
    setStamp(`tool-${basename(source)}`, from);
  }
}
