import type { Check, Facts } from '../types.ts';
import { bpfStats, cgroups, collectors, fexit, kprobes, pidNamespace, ports, tracefs } from './host.ts';
import { kubernetes } from './kubernetes.ts';
import { addon, attach, btf, helpers, object, programs, ringBuffer, storages, syncFailures, version } from './kernel.ts';
import { lockedMemory } from './locked-memory.ts';
import { bpfCall, capabilities, leastPrivilege, lockdown, seccomp, unprivilegedBpf } from './privileges.ts';

type Judge = (facts: Facts) => Check | Check[];

const JUDGES: readonly Judge[] = [
  version,
  btf,
  addon,
  capabilities,
  leastPrivilege,
  seccomp,
  lockdown,
  unprivilegedBpf,
  bpfCall,
  lockedMemory,
  ringBuffer,
  storages,
  programs,
  helpers,
  object,
  attach,
  syncFailures,
  cgroups,
  pidNamespace,
  ports,
  collectors,
  kubernetes,
  tracefs,
  bpfStats,
  kprobes,
  fexit,
];

/** Every check, in the order of the table. Pure: the same facts give the same checks. */
export function examine(facts: Facts): Check[] {
  return JUDGES.flatMap((judge) => judge(facts));
}

/** Whether the agent would start. */
export function startable(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing');
}

/** The worst status. `unknown` counts as degraded. */
export function worst(checks: readonly Check[]): 'ok' | 'degraded' | 'missing' {
  if (!startable(checks)) return 'missing';
  return checks.every(({ status }) => status === 'ok' || status === 'info') ? 'ok' : 'degraded';
}
