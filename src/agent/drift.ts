import { readFileSync, statSync } from 'node:fs';
import { ownNetns } from '../ebpf/index.ts';
import { codeFor, oneLine } from '../internal/errors.ts';
import { parseNetstat, parseSnmp } from '../internal/files/procfs.ts';
import type { Logger } from '../internal/log/log.ts';
import { Drift, type KernelTotals } from '../metrics/index.ts';

/** PROC_PID_INIT_INO, include/uapi/linux/nsfs.h: pids in records belong to this namespace. */
const ROOT_PID_NAMESPACE = 0xeffffffc;

/** The drift of every readable network namespace. Returns undefined, with a warning, if even the agent's own is not readable. */
export function createDrift(log: Logger): Drift | undefined {
  try {
    read(undefined);
    const own = statSync('/proc/self/ns/pid').ino === ROOT_PID_NAMESPACE;
    if (!own) log.warn("not in the host's pid namespace: the drift covers the agent's own network namespace only");
    const host = own ? identityOf(1) : undefined;
    return new Drift({
      netns: ownNetns(),
      inode: statSync('/proc/self/ns/net').ino,
      isHost: (pid) => (host === undefined ? undefined : identityOf(pid) === host),
      read: (pid) => (pid === undefined || own ? read(pid) : undefined),
    });
  } catch (error) {
    log.warn({ code: codeFor(error, 'CW_PROC'), error: oneLine(error) }, "the kernel's own counters cannot be read: no drift is reported");
    return undefined;
  }
}

/**
 * The same number for all processes of a network namespace: each namespace has entries of
 * its own in /proc (proc_net_ns_init, fs/proc/proc_net.c). Unlike /proc/PID/ns/net, this
 * needs no CAP_SYS_PTRACE.
 */
function identityOf(pid: number | undefined): number {
  return statSync(`/proc/${pid ?? 'self'}/net/snmp`).ino;
}

function read(pid: number | undefined): KernelTotals {
  const folder = `/proc/${pid ?? 'self'}/net`;
  return { ...parseSnmp(readFileSync(`${folder}/snmp`, 'utf8')), ...parseNetstat(readFileSync(`${folder}/netstat`, 'utf8')) };
}
