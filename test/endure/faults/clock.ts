import { release } from 'node:os';
import { at } from '../../harness/host.ts';
import type { Check } from '../check.ts';
import { type Fault, Skip } from '../fault.ts';
import type { Scene } from '../scene.ts';

/** The parts of scripts/lib/vm that are used here; these scripts have no types. */
interface Fetched {
  readonly name: string;
  readonly release: string;
}
interface Ended {
  readonly code: number | undefined;
  readonly output: string;
  /** Undefined when it did not boot. */
  readonly bootSeconds: number | undefined;
  readonly results: string;
}
interface Machines {
  readonly whyNoVm: () => string | undefined;
  readonly runInVm: (kernel: Fetched, command: string, options: { readonly timeoutMs: number }) => Promise<Ended>;
}
interface Kernels {
  readonly KERNELS: readonly { readonly name: string }[];
  readonly fetchKernel: (kernel: { readonly name: string }) => Promise<Fetched>;
}

const script = async <T>(name: string): Promise<T> => (await import(at('scripts', 'lib', 'vm', name))) as T;
const { whyNoVm, runInVm } = await script<Machines>('boot.mjs');
const { KERNELS, fetchKernel } = await script<Kernels>('kernels.mjs');

const KERNEL = '6.12';
const NODE = ['node_modules', `node-linux-${process.arch}`, 'bin', 'node'].join('/');
const TIMEOUT_MS = 14 * 60_000;

async function run(scene: Scene): Promise<void> {
  const fetched = await fetchKernel(KERNELS.find(({ name }) => name === KERNEL)!).catch((error: unknown) => {
    throw new Skip(`there is no kernel for a guest: ${(error as Error).message}`);
  });
  const start = () => runInVm(fetched, `exec ${NODE} test/endure/guest/clock.ts /run/results`, { timeoutMs: TIMEOUT_MS });
  let ended = await start();
  // Emulated kernels now and then do not boot.
  if (ended.bootSeconds === undefined) ended = await start();
  const { code, output, results } = ended;
  if (code !== 0) throw new Error(`the guest ended with ${code ?? 'nothing'}: ${output.trim().split('\n').slice(-3).join(' ')}`);
  const { why, checks } = JSON.parse(results) as { readonly why?: string; readonly checks: readonly Check[] };
  scene.checks.figure('guest', `Linux ${fetched.release}, emulated on ${release()}`);
  scene.checks.all.push(...checks);
  if (why !== undefined) throw new Error(why);
}

export const clock: Fault = {
  name: 'clock-steps',
  done: 'in a virtual machine the clock is set an hour forward, two hours back, an hour forward, each at 100 connections/s',
  must: 'windows go on, no duration is negative or hours long, totals are exact, no drift, both probes answer',
  seconds: 150,
  refusal: whyNoVm,
  run,
};
