import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { filesBelow, makeWhole } from '../files.mjs';
import { target } from '../host.mjs';
import { inParallel } from '../parallel.mjs';
import { at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';
import { compile } from './compiler.mjs';

/** The rungs: one object for each way to attach, from the best to the last. */
const SOURCES = ['connwatch', 'connwatch-raw', 'connwatch-tracepoint', 'connwatch-kprobe'];

/** Their files. */
export const BPF_OBJECTS = SOURCES.map((name) => `${name}.bpf.o`);

/** What set-up builds. */
export const bpfObjects = BPF_OBJECTS.map((name) => at('build', name));

/** Compiler options of the kernel programs, also for the mutation run. @param {string} [arch] libbpf's name of the architecture */
export const bpfFlags = (arch = target().bpf) => [
  '-O2',
  '-g',
  '-target',
  'bpf',
  '-mcpu=v3',
  `-D__TARGET_ARCH_${arch}`,
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter', // ctx, which libbpf's BPF_PROG declares
  '-Werror',
];

const inputs = () =>
  hash(
    bpfFlags().join(' '),
    hashFiles(filesBelow(at('bpf'), (path) => ['.c', '.h'].includes(extname(path)))),
    hashFiles(['/usr/include/bpf/libbpf_version.h', '/usr/local/include/bpf/libbpf_version.h']),
    toolIdentity('clang'),
    toolIdentity('llvm-strip'),
  );

export const bpfObjectIsFresh = () => isFresh('bpf', inputs(), bpfObjects);

/** Builds build/connwatch*.bpf.o. @throws Refusal */
export async function buildBpfObject() {
  const from = inputs();
  await checkPadding(at('bpf', 'event.h'));
  await compileBpfInto(at('build'), bpfFlags());
  setStamp('bpf', from);
}

/** Compiles the object of each rung into a folder. @throws Refusal */
export const compileBpfInto = (folder, flags) => inParallel(SOURCES, (name) => compileBpf({ source: at('bpf', `${name}.bpf.c`), output: join(folder, `${name}.bpf.o`), flags }));

/**
 * Compiles one BPF object, without debug sections but with its BTF.
 * @param {{source: string, output: string, folder?: string, flags?: string[]}} what folder: where the headers are
 * @throws Refusal with the compiler's output
 */
export async function compileBpf({ source, output, folder = at('bpf'), flags = bpfFlags() }) {
  await makeWhole(output, async (draft) => {
    await compiler('clang', [...flags, '-I', folder, '-c', source, '-o', draft]);
    await compiler('llvm-strip', ['-g', draft]);
    if (readFileSync(draft).includes('.BTF')) return;
    throw new Refusal('the compiled kernel programs hold no type information.', {
      code: 'CW_SETUP_BUILD',
      why: 'llvm-strip -g removed the BTF section, without which no kernel loads them.',
      todo: "put the llvm-strip of clang's own version first in PATH, then run the command again.",
    });
  });
}

/** Padding must be explicit, because implicit padding in a record would leak kernel memory to user space. */
async function checkPadding(path) {
  await compiler('clang', ['-x', 'c', '-std=c11', '-Wpadded', '-Werror', '-fsyntax-only', path]);
}

const compiler = (file, args) => compile('the kernel programs', 'bpf', file, args);
