import type { PodTable } from './table.ts';

/** Where the pods of this node are known from. */
export interface PodSource {
  readonly name: 'kubelet' | 'api';
  readonly table: PodTable;
  /** A container is met that nothing is known of. */
  seek(): void;
  close(): Promise<void>;
}

export interface SourceOptions {
  /** Whether a container is still waiting for its name. */
  readonly wanted: () => boolean;
  /** It works (again): `undefined`; or why not. */
  readonly onState: (error: Error | undefined) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsed: () => number;
}
