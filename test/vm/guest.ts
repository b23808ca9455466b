import { expect } from 'vitest';
import { must } from '../harness/run.ts';
import { at } from '../harness/host.ts';

/** The kernel that this guest was started with, such as `6.12`. */
export const KERNEL = process.env['CONNWATCH_TEST_VM'] ?? '';

/** Every BPF program, map and link of the whole machine: a guest's are all its own. */
export async function allBpf(): Promise<string[]> {
  return (await must([at('build', 'test-tools', 'bpfids')])).split('\n').filter(Boolean);
}

/** A test that runs on a kernel that it is not meant for says nothing. */
export async function expectKernel(): Promise<void> {
  expect((await must(['uname', '-r'])).startsWith(`${KERNEL}.`), `the guest has Linux ${KERNEL}`).toBe(true);
}
