export function makeDebian(file: string, options: { readonly suite: string; readonly include: readonly string[] }): Promise<void>;
export function npmFolder(): string;
export function carryInto(root: string): Promise<Record<string, string>>;
export function makeNpmPackages(platforms: typeof PLATFORMS): Promise<string[]>;
export const PLATFORMS: readonly { readonly name: string }[];
export function unpack(names: readonly string[], folder: string): Promise<void>;
