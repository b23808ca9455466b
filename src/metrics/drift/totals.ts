/** The kernel's own totals of one network namespace: `Tcp:` of /proc/net/snmp, `TcpExt:` of /proc/net/netstat. */
export interface KernelTotals {
  readonly ActiveOpens: number;
  readonly PassiveOpens: number;
  readonly AttemptFails: number;
  readonly EstabResets: number;
  /** A gauge. */
  readonly CurrEstab: number;
  readonly EmbryonicRsts: number;
  readonly ListenOverflows: number;
  /** Overflows and other drops. */
  readonly ListenDrops: number;
}

/** The compared counters; docs/internals/accuracy.md derives their formulas. */
export const DRIFT_COUNTERS = ['ActiveOpens', 'PassiveOpens', 'AttemptFails', 'EstabResets', 'CurrEstab'] as const;
export type DriftCounter = (typeof DRIFT_COUNTERS)[number];
export type Totals = Readonly<Record<DriftCounter, number>>;
