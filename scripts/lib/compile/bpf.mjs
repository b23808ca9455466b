import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { target } from '../host.mjs';
import { at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { filesBelow, hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';

export const bpfObject = at('build', 'connwatch.bpf.o');

/** How the kernel programs are compiled: the one place, also for the mutation run. */
export const bpfFlags = () => [
  '-O2',
  '-g',
  '-target',
  'bpf',
  '-mcpu=v3',
  `-D__TARGET_ARCH_${target().bpf}`,
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

export const bpfObjectIsFresh = () => isFresh('bpf', inputs(), [bpfObject]);

/** Builds build/connwatch.bpf.o. @throws Refusal */
export async function buildBpfObject() {
  const from = inputs();
  await checkPadding(at('bpf', 'event.h'));
  await compileBpf({ source: at('bpf', 'connwatch.bpf.c'), output: bpfObject });
  setStamp('bpf', from);
}

/**
 * Compiles one BPF object, without debug sections but with its BTF.
 * @param {{source: string, output: string, folder?: string}} what folder: where the headers are
 * @throws Refusal with the compiler's output
 */
export async function compileBpf({ source, output, folder = at('bpf') }) {
  mkdirSync(dirname(output), { recursive: true });
  const draft = `${output}.${process.pid}.tmp`;
  try {
    await compiler('clang', [...bpfFlags(), '-I', folder, '-c', source, '-o', draft]);
    await compiler('llvm-strip', ['-g', draft]);
    if (!readFileSync(draft).includes('.BTF'))
      throw new Refusal('the compiled kernel programs hold no type information.', {
        code: 'CW_SETUP_BUILD',
        why: 'llvm-strip -g removed the BTF section, without which no kernel loads them.',
        todo: "put the llvm-strip of clang's own version first in PATH, then run the command again.",
      });
    renameSync(draft, output);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Padding in a record would carry kernel memory to user space: it must be spelled out. */
async function checkPadding(path) {
  await compiler('clang', ['-x', 'c', '-std=c11', '-Wpadded', '-Werror', '-fsyntax-only', path]);
}

async function compiler(file, args) {
  const { code, stdout, stderr } = await run(file, args);
  if (code === 0) return;
  throw new Refusal('the kernel programs could not be compiled.', {
    code: 'CW_SETUP_BUILD',
    why: `${file} ended with code ${code} and this output:`,
    todo: 'if you changed nothing below bpf/, please report it together with these lines.',
    detail: stderr || stdout,
  });
}
