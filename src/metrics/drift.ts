import type { Snapshot } from '../stream/snapshot.ts';
import type { KeyTable } from './config.ts';

/** The kernel's own totals of one network namespace (`Tcp:` of /proc/net/snmp). */
export interface KernelTotals {
  readonly ActiveOpens: number;
  readonly PassiveOpens: number;
}
export type DriftCounter = keyof KernelTotals;

export interface DriftOptions {
  /** Inode number of the network namespace that `read` reads. */
  readonly netns: number;
  /** undefined when the numbers can't be read. */
  readonly read: () => KernelTotals | undefined;
}

export interface Drift {
  before(): void;
  after(snapshot: Snapshot, keys: Pick<KeyTable, 'get'>): void;
}
