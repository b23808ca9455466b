export interface Kernel {
  readonly name: string;
  readonly suite: string;
  readonly tests: readonly string[];
}

export interface Fetched {
  readonly name: string;
  readonly release: string;
  readonly vmlinuz: string;
  readonly modules: string;
}

export const KERNELS: readonly Kernel[];
export function fetchKernel(kernel: Kernel): Promise<Fetched>;
