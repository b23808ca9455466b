import { at } from './paths.mjs';
import { runInVm } from './vm-boot.mjs';

/**
 * One processor whose clock advances by 1 ns for each instruction, and to the next timer when it has nothing to do. So
 * the wall time of a load is the number of instructions of the whole machine.
 */
const COUNTING = {
  cpus: 1,
  emulation: ['-accel', 'tcg,thread=single', '-icount', 'shift=0,sleep=off'],
  parameters: 'mitigations=off tsc=reliable',
};

/**
 * Runs a command in a guest that counts instructions as nanoseconds.
 * @param {import('./vm-kernels.mjs').Fetched} kernel
 * @param {string} command for sh
 * @returns {Promise<string>} what it printed on standard output
 * @throws Error with all that the guest printed, when the command fails
 */
export async function countInVm(kernel, command) {
  const { code, output, results } = await runInVm(kernel, `{ ${command}\n} > /run/results`, COUNTING);
  if (code !== 0) throw new Error(`the guest ended with ${code ?? 'nothing'}:\n${output}`);
  return results;
}

/**
 * Instructions of the whole machine for each connection, by variant and load of scripts/vm/instructions.sh, one for each
 * round.
 * @param {import('./vm-kernels.mjs').Fetched} kernel
 * @param {{rounds: number, count: number}} options count: connections of a measurement
 * @returns {Promise<Record<string, Record<string, number[]>>>}
 */
export async function instructionsPerConnection(kernel, { rounds, count }) {
  const printed = await countInVm(kernel, `sh '${at('scripts', 'vm', 'instructions.sh')}' ${rounds} ${count}`);
  return parseMeasurements(printed, count);
}

/** @returns numbers by variant and load, in the order of the rounds */
export function parseMeasurements(text, count) {
  const found = {};
  for (const line of text.trim().split('\n')) {
    const [, variant, load, ns] = /^\d+ (\w+) (\w+) (\d+)$/.exec(line) ?? [];
    if (ns === undefined) throw new Error(`not a measurement: ${line}`);
    ((found[variant] ??= {})[load] ??= []).push(Number(ns) / count);
  }
  return found;
}
