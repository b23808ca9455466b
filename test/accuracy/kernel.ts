import type { Namespace } from '../harness/kernel/namespace.ts';
import { must } from '../harness/run.ts';
import { parseKernel, type KernelCounter } from './kernel-counters.ts';
import type { Tallies } from './tally.ts';

/** Without what is 0. */
export type Kernel = Partial<Record<KernelCounter, number>>;

/** The counters of namespaces, added up, since these were made. */
export async function kernelOf(namespaces: readonly Namespace[]): Promise<Kernel> {
  const sum: Kernel = {};
  for (const namespace of namespaces) {
    const text = await must(namespace.command('cat', '/proc/self/net/snmp', '/proc/self/net/netstat'));
    for (const [name, value] of Object.entries(parseKernel(text)) as [KernelCounter, number][]) {
      if (value !== 0) sum[name] = (sum[name] ?? 0) + value;
    }
  }
  return sum;
}

/** Failures that tcp_done has not made: the owner gave up, or connect() itself did. */
const NOT_BY_TCP_DONE = new Set(['address_unavailable', 'unanswered', 'cancelled']);

/**
 * The kernel's counters that follow from ours: docs/internals/accuracy.md.
 * @param unsent attempts for which no SYN was queued
 * @param failedUnsent those of them whose failure is of a kind that tcp_done makes, too
 */
export function kernelFrom(tallies: Tallies, unsent: number, failedUnsent: number): Kernel {
  const sums = { ActiveOpens: -unsent, PassiveOpens: 0, AttemptFails: -failedUnsent };
  for (const { attempts = 0, accepts = 0, failures = {} } of Object.values(tallies)) {
    sums.ActiveOpens += attempts;
    sums.PassiveOpens += accepts;
    for (const [type, count] of Object.entries(failures)) if (!NOT_BY_TCP_DONE.has(type)) sums.AttemptFails += count;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, value]) => value !== 0));
}
