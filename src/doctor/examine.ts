import { bpfStats, cgroups, fexit, kprobes, pidNamespace, ports, tracefs } from './host.ts';
import { addon, btf, helpers, object, programs, ringBuffer, storages, syncFailures, version } from './kernel.ts';
import { bpfCall, capabilities, lockdown, seccomp, unprivilegedBpf } from './privileges.ts';
import type { Check, Facts } from './types.ts';

type Judge = (facts: Facts) => Check | Check[];

const JUDGES: readonly Judge[] = [
  version,
  btf,
  addon,
  capabilities,
  seccomp,
  lockdown,
  unprivilegedBpf,
  bpfCall,
  ringBuffer,
  storages,
  programs,
  helpers,
  object,
  cgroups,
  pidNamespace,
  ports,
  tracefs,
  bpfStats,
  kprobes,
  fexit,
  syncFailures,
];

/** Every check, in the order of the table. Pure: the same facts give the same checks. */
export function examine(facts: Facts): Check[] {
  return JUDGES.flatMap((judge) => judge(facts));
}

/** Whether the agent would start. */
export function startable(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing');
}
