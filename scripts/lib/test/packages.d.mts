export function makeDebian(file: string, options: { readonly suite: string; readonly include: readonly string[] }): Promise<void>;
export function npmFolder(): string;
export function carryInto(root: string): Promise<Record<string, string>>;
export function makeNpmPackages(platforms: typeof PLATFORMS): Promise<string[]>;
export function makeServicePackages(architectures: readonly string[], options: { readonly release: number; readonly into: string }): Promise<string[]>;
export const PLATFORMS: readonly { readonly name: string }[];
export function unpackOf(suite: string, names: readonly string[], folder: string, architecture?: string): Promise<void>;
export function buildForArm64(source: string, output: string): Promise<void>;
export const agentNodeVersion: string;

export interface Kernel {
  readonly name: string;
}
export interface FetchedKernel extends Kernel {
  readonly release: string;
}
export const ARM64_KERNELS: readonly Kernel[];
export function fetchKernel(kernel: Kernel): Promise<FetchedKernel>;
export function whyNoArm64(): string | undefined;

/** What an arm64 guest found. */
export interface Arm64Result {
  readonly architecture: string;
  readonly kernel: string;
  readonly version: { readonly code: number; readonly stdout: string };
  readonly doctor: { readonly code: number; readonly stdout: string };
  readonly log: readonly string[];
  readonly made: readonly { readonly name: string; readonly failed?: string; readonly truth: import('../../../test/harness/traffic.ts').Truth }[];
  readonly page: string;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
}
export function runOnArm64(
  kernel: FetchedKernel,
  root: string,
  cases: readonly { readonly name: string; readonly args: readonly string[] }[],
): Promise<{ readonly result: Arm64Result | undefined; readonly output: string }>;
