import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../harness/host.ts';
import { run } from '../harness/run.ts';
import type { Fuzzed } from './fuzzed.ts';

const FLAGS = ['-std=c++20', '-O1', '-g', '-Wall', '-Wextra', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=undefined'];
/** Longer than four of the longest records. */
const LONGEST = 4608;
const WHAT = { what: 'record decoder (native/drain/decode.h)', by: 'libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer' };

/** Compiles the record decoder with libFuzzer and gives it so many inputs. */
export async function fuzzDecoder(inputs: number): Promise<Fuzzed> {
  const program = at('build', 'fuzz', 'decode');
  mkdirSync(at('build', 'fuzz'), { recursive: true });
  const compiled = await run(['clang++', ...FLAGS, '-I', at(), at('test', 'fuzz', 'decode.cc'), at('native', 'drain', 'decode.cc'), '-o', program]).catch((error: unknown) => ({ code: 1, stderr: String(error) }));
  if (compiled.code !== 0) return notCompiled(compiled.stderr);
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-fuzz-'));
  try {
    // One input that crashes ends it, and is kept here.
    const args = [`-runs=${inputs}`, `-max_len=${LONGEST}`, '-print_final_stats=1', `-artifact_prefix=${folder}/`];
    const { code, signal, stderr } = await run([program, ...args]);
    const executed = Number(/^stat::number_of_executed_units:\s*(\d+)$/m.exec(stderr)?.[1] ?? 0);
    if (code === 0) return { ...WHAT, state: executed >= inputs ? 'yes' : 'no', inputs: executed, failures: 0 };
    return { ...WHAT, state: 'no', inputs: executed, failures: 1, why: crashOf(stderr) ?? `it ended with ${signal ?? code}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without libFuzzer there is nothing to run; any other error is one in the code. */
function notCompiled(said: string): Fuzzed {
  if (/libclang_rt|cannot find|ENOENT|unsupported option/.test(said)) return { ...WHAT, state: 'skipped', why: 'clang has no libFuzzer here (Debian: libclang-rt-dev of its version)' };
  return { ...WHAT, state: 'no', inputs: 0, failures: 1, why: said.split('\n').slice(0, 3).join(' ') };
}

function crashOf(said: string): string | undefined {
  return said.split('\n').find((line) => /^(SUMMARY|==\d+==ERROR|.*runtime error)/.test(line));
}
