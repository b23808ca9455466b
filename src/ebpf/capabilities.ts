/** include/uapi/linux/capability.h: the index is the number. */
const NAMES = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID',
  'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER',
  'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE',
  'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP',
  'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF',
  'CHECKPOINT_RESTORE',
] as const;

const setOf = (name: (typeof NAMES)[number]): bigint => 1n << BigInt(NAMES.indexOf(name));

export const CAP_BPF = setOf('BPF');
export const CAP_PERFMON = setOf('PERFMON');
/** The kernel accepts it as CAP_BPF and CAP_PERFMON (include/linux/capability.h, bpf_capable). */
export const CAP_SYS_ADMIN = setOf('SYS_ADMIN');

/** Names of the capabilities in a set. Bit n is capability n. */
export function capabilityNames(set: bigint): string[] {
  const bits = Array.from(set.toString(2)).reverse();
  return bits.flatMap((bit, number) => (bit === '1' ? [`CAP_${NAMES[number] ?? number}`] : []));
}
