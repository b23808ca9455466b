import { existsSync } from 'node:fs';
import { describe, type TestOptions } from 'vitest';

export { at } from './paths.ts';

/** Why tests of the real kernel can't run here; undefined where they can. */
export const noKernel: string | undefined =
  process.getuid?.() !== 0
    ? 'loading kernel programs needs root'
    : !existsSync('/sys/kernel/btf/vmlinux')
      ? 'this kernel has no BTF: /sys/kernel/btf/vmlinux is missing'
      : undefined;

/** A suite for the real kernel: skipped where there is none, with the reason in its title, which the summary prints. */
export function describeKernel(title: string, ...suite: [() => void] | [TestOptions, () => void]): void {
  const body = suite.at(-1) as () => void;
  const options = suite.length > 1 ? (suite[0] as TestOptions) : {};
  if (noKernel === undefined) describe(title, options, body);
  else describe.skip(`${title} (${noKernel})`, options, body);
}
