import type { Fetched } from './vm-kernels.mjs';

export function instructionsPerConnection(
  kernel: Fetched,
  options: { readonly rounds: number; readonly count: number },
): Promise<Record<string, Record<string, number[]>>>;
