import { basename, extname } from 'node:path';
import { filesBelow } from '../files.mjs';
import { at } from '../paths.mjs';
import { hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';
import { bpfFlags, compileBpf } from './bpf.mjs';
import { cTools } from './c-tools.mjs';

/*
 * Tools of the benchmarks: kernel programs that do nothing or that write records of invented
 * connections, and the C programs that use them.
 */
const tools = cTools({
  folder: ['bench', 'tools'],
  output: ['build', 'bench'],
  headers: [['bench', 'bpf'], ['bpf']],
  libraries: ['-lbpf'],
});

const sources = () => filesBelow(at('bench', 'bpf'), (path) => extname(path) === '.c');
const objectOf = (source) => at('build', 'bench', `${basename(source, '.c')}.o`);
const inputs = () =>
  hash(
    bpfFlags().join(' '),
    toolIdentity('clang'),
    hashFiles(['bpf', 'bench/bpf'].flatMap((folder) => filesBelow(at(folder), (path) => /\.[ch]$/.test(path)))),
  );
const objectsAreFresh = () => isFresh('bench-bpf', inputs(), sources().map(objectOf));

export const benchToolsAreFresh = () => objectsAreFresh() && tools.fresh();

/** Compiles bench/bpf/NAME.bpf.c and bench/tools/NAME.c into build/bench. @throws Refusal */
export async function buildBenchTools() {
  if (!objectsAreFresh()) {
    const from = inputs();
    for (const source of sources()) await compileBpf({ source, output: objectOf(source) });
    setStamp('bench-bpf', from);
  }
  await tools.build();
}
