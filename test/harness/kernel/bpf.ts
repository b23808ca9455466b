import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../paths.ts';
import { must } from '../run.ts';
import { made } from './made.ts';

/** BPF programs, maps and links that a process has open, as `prog 12`. */
export function bpfHeldBy(pid: number): string[] {
  const held = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    // The file of a link shows its program's id too.
    const [, kind, id] = /^(link|map|prog)_id:\s*(\d+)$/m.exec(fdInfo(pid, fd)) ?? [];
    if (kind !== undefined) held.add(`${kind} ${id}`);
  }
  return [...held].sort();
}

/** Those of a process of this run have to be gone after the run. */
export function noteBpf(pid = process.pid): void {
  made(bpfHeldBy(pid));
}

function fdInfo(pid: number, fd: string): string {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    return ''; // closed meanwhile
  }
}

/** Those of `held` that the kernel still has, whoever holds them. */
export async function stillInKernel(held: readonly string[]): Promise<string[]> {
  const all = new Set((await must([at('build', 'test-tools', 'bpfids')])).split('\n'));
  return held.filter((object) => all.has(object));
}

/**
 * Compiles the kernel programs from a folder with the flags of the build.
 * @throws (rejects) with the compiler's words
 */
export async function compileBpf(folder: string, output: string): Promise<void> {
  const source = `
    const { compileBpf } = await import(process.argv[1]);
    await compileBpf({ source: process.argv[2], output: process.argv[3], folder: process.argv[4] });`;
  const library = at('scripts', 'lib', 'compile', 'bpf.mjs');
  const program = join(folder, 'connwatch.bpf.c');
  await must([process.execPath, '--input-type=module', '-e', source, library, program, output, folder]);
}
