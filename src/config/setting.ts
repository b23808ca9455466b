import type { Kind } from './kinds.ts';

/** A default may depend on these. */
export interface Context {
  /** Standard error is a terminal. */
  readonly terminal: boolean;
}

export interface Setting<T> {
  /** The flag without its dashes, and the key in the file: `metrics-addr`. */
  readonly name: string;
  readonly group: Group;
  readonly kind: Kind<T>;
  /** As a user would write it. undefined: not set. */
  readonly default: string | undefined | ((context: Context) => string);
  /** Describes a computed default. */
  readonly defaultNote?: string;
  /** One sentence or two, shown by --help and in the documentation. */
  readonly description: string;
  /** A useful value other than the default. */
  readonly example: string;
  /** Never printed: settings, errors and logs show `<hidden>`. */
  readonly secret?: boolean;
  /** Path of a file with secrets. It is printed only if such a file exists: otherwise somebody may have given the secret itself. */
  readonly secretFile?: boolean;
  /** Not allowed in the file. */
  readonly notInFile?: boolean;
  /** Takes effect at a reload; otherwise it needs a restart. */
  readonly live?: boolean;
}

export const GROUPS = ['Serving', 'Metrics', 'Kubernetes', 'Kernel', 'Logging', 'General'] as const;
export type Group = (typeof GROUPS)[number];

/** Keeps the type of the value. */
export function setting<T>(entry: Setting<T>): Setting<T> {
  return entry;
}
