import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Absolute path of something in the checkout. */
export const at = (...parts: string[]): string => join(root, ...parts);

/** Why tests of the real kernel can't run here; undefined where they can. */
export const noKernel: string | undefined =
  process.getuid?.() !== 0
    ? 'loading kernel programs needs root'
    : !existsSync('/sys/kernel/btf/vmlinux')
      ? 'this kernel has no BTF: /sys/kernel/btf/vmlinux is missing'
      : undefined;

/** A suite for the real kernel: skipped where there is none, with the reason in its title, which the summary prints. */
export function describeKernel(title: string, suite: () => void): void {
  if (noKernel === undefined) describe(title, suite);
  else describe.skip(`${title} (${noKernel})`, suite);
}
