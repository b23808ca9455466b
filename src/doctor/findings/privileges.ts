import { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, capabilityNames } from '../../ebpf/capabilities.ts';
import { needsAfterAttach } from '../../ebpf/privileges.ts';
import type { Check, Facts } from '../types.ts';
import { errnoName, info, missing, ok, unknown } from './words.ts';

const NEEDED = CAP_PERFMON | CAP_BPF;
/** include/linux/proc_ns.h: PROC_USER_INIT_INO. */
const INITIAL_USER_NAMESPACE = 4026531837;

/** CAP_SYS_ADMIN includes both. */
export function missingCapabilities(capabilities: bigint): string[] {
  return (capabilities & CAP_SYS_ADMIN) !== 0n ? [] : capabilityNames(NEEDED & ~capabilities);
}

export function capabilities({ status, userNamespace }: Facts): Check {
  const id = 'capabilities';
  if (status === undefined) return unknown(id, '/proc/self/status cannot be read');
  // The kernel checks them in the initial user namespace, whatever this process may do in its own.
  if (userNamespace !== undefined && userNamespace !== INITIAL_USER_NAMESPACE) {
    return missing(id, 'CW_PERMISSION', 'not in the initial user namespace, so bpf() ignores its capabilities', 'run outside of user namespaces: no rootless container, no hostUsers: false');
  }
  const lacking = missingCapabilities(status.capabilities);
  if (lacking.length === 0) return ok(id, 'CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, are effective');
  const found = `${lacking.join(' and ')} ${lacking.length > 1 ? 'are' : 'is'} not effective (uid ${status.uid}${status.noNewPrivileges ? ', no new privileges' : ''})`;
  return missing(id, 'CW_PERMISSION', found, remedy(status));
}

function remedy({ uid, noNewPrivileges }: NonNullable<Facts['status']>): string {
  if (uid === 0) return 'add the capabilities BPF and PERFMON to the container or service';
  if (noNewPrivileges) return 'run as uid 0 with the capabilities BPF and PERFMON; file capabilities have no effect under no_new_privs';
  return 'run as root, or as uid 0 with only the capabilities BPF and PERFMON';
}

/** The filter cannot be read, but its effect on bpf() can be tried. */
export function seccomp(facts: Facts): Check {
  const id = 'seccomp';
  if (facts.status === undefined) return unknown(id, '/proc/self/status cannot be read');
  if (facts.status.seccomp === 0) return ok(id, 'no filter');
  if (facts.trials instanceof Error) return unknown(id, 'a filter is set; see addon');
  const { bpf } = facts.trials;
  if (bpf === 0) return ok(id, 'a filter is set and allows bpf()');
  if (capabilities(facts).status !== 'ok') return unknown(id, 'a filter is set; see capabilities');
  return missing(id, 'CW_PERMISSION', `a filter is set, and bpf() fails with ${errnoName(bpf)}`, 'allow bpf() and perf_event_open() in the seccomp profile (containerd: RuntimeDefault does with CAP_BPF)');
}

export function lockdown({ lockdown: mode }: Facts): Check {
  const id = 'lockdown';
  if (mode === undefined) return info(id, 'unknown: /sys/kernel/security/lockdown cannot be read');
  if (mode !== 'confidentiality') return ok(id, mode);
  return missing(id, 'CW_PERMISSION', 'confidentiality: BPF programs may not read kernel memory', 'boot with lockdown=integrity, or without lockdown');
}

export function bpfCall(facts: Facts): Check {
  const id = 'bpf-call';
  if (facts.trials instanceof Error) return unknown(id, 'see addon');
  const { bpf } = facts.trials;
  if (bpf === 0) return ok(id, 'bpf() can be called');
  for (const check of [capabilities(facts), seccomp(facts)])
    if (check.status !== 'ok') return unknown(id, `fails with ${errnoName(bpf)}; see ${check.id}`);
  return missing(id, 'CW_PERMISSION', `bpf() fails with ${errnoName(bpf)} although capabilities and seccomp allow it`, 'look for a security module (SELinux, AppArmor) in the audit log, and check that the kernel has CONFIG_BPF_SYSCALL');
}

const UNPRIVILEGED: Readonly<Record<number, string>> = {
  0: 'allowed; 1 or 2 is safer, and connwatch does not need it',
  1: 'off until the next boot',
  2: 'off',
};

export function unprivilegedBpf({ unprivilegedBpf: value }: Facts): Check {
  const words = value === undefined ? 'cannot be read' : `${value}: BPF without capabilities is ${UNPRIVILEGED[value] ?? 'not known'}`;
  return info('unprivileged-bpf', `kernel.unprivileged_bpf_disabled ${value === undefined ? words : `= ${words}`}`);
}

/** Capabilities beyond those needed, and those that the agent keeps after attaching. */
export function leastPrivilege({ status, trials, unprivilegedBpf, sigusr1 }: Facts): Check {
  const id = 'privileges';
  if (status === undefined) return unknown(id, '/proc/self/status cannot be read');
  if (trials instanceof Error) return unknown(id, 'see addon');
  const more = capabilityNames(status.capabilities & ~NEEDED).length;
  const { keep, why } = needsAfterAttach({ refused: trials.unprivileged, unprivilegedBpf, permitted: status.capabilities });
  const kept = capabilityNames(keep).join(', ') || 'no capability';
  const found = `${more === 0 ? 'no more than needed' : `${more} more capabilities than needed`}; after attaching, the agent keeps ${kept}: ${why}`;
  if (!sigusr1) return ok(id, found);
  // Doctor does not know how the agent itself is started, which may differ.
  return info(id, `${found}. Started like this, one thread of the agent (it waits for SIGUSR1) would keep all: use --disable-sigusr1, as npm start, the image and the service do`);
}
