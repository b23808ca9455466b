import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../paths.ts';
import { compileBpf } from './bpf.ts';

/**
 * The BPF object with one edit in its source, in a folder that goes with it.
 * @throws (rejects) when `find` does not stand in bpf/`file` once
 */
export async function wrongBuild(file: string, find: string, replace: string): Promise<Disposable & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-wrong-'));
  cpSync(at('bpf'), folder, { recursive: true });
  const source = readFileSync(join(folder, file), 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${find} does not stand in bpf/${file} once`);
  writeFileSync(join(folder, file), source.replace(find, replace));
  const path = join(folder, 'wrong.bpf.o');
  await compileBpf(folder, path);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
