import type { Check, Facts, Port } from '../types.ts';
import { degraded, errnoName, info, missing, ok, unknown } from './words.ts';

/** include/linux/proc_ns.h: PROC_PID_INIT_INO. */
const ROOT_PID_NAMESPACE = 4026531836;

/** The kernel's records contain pids of the root namespace, so /proc must belong to it. */
export function pidNamespace({ pidNamespace: inode, procSelf, pid, status }: Facts): Check {
  const id = 'pid-namespace';
  if (inode === undefined) return unknown(id, '/proc/self/ns/pid cannot be read');
  const share = 'share the host namespace: hostPID: true in Kubernetes, --pid=host with podman or docker';
  const cost = 'owners of listeners from before the start stay unknown, the label pid matches no process in this namespace, and after lost records the agent may consider processes ended';
  if (inode !== ROOT_PID_NAMESPACE) return degraded(id, `not the host's${nested(status?.pids)}`, cost, share);
  if (procSelf !== pid) return degraded(id, "the host's, but /proc belongs to another one", cost, "mount the host's proc on /proc");
  return ok(id, "the host's");
}

function nested(pids: readonly number[] = []): string {
  return pids.length > 1 ? ` (this process is ${pids.join(', then ')})` : '';
}

/** The agent uses cgroup v2 ids. They exist with v1 too, but may be equal for all processes. */
export function cgroups({ mounts }: Facts): Check {
  const id = 'cgroups';
  if (mounts === undefined) return unknown(id, '/proc/self/mountinfo cannot be read');
  const { cgroup1, cgroup2 } = mounts;
  const todo = 'boot with systemd.unified_cgroup_hierarchy=1 (and cgroup_no_v1=all)';
  if (cgroup1.length > 0 && cgroup2.length > 0) {
    return degraded(id, `mixed: v2 on ${cgroup2[0]!} beside ${cgroup1.length} of v1`, 'processes in separate v1 cgroups only share one fair share of the series limit', todo);
  }
  if (cgroup1.length > 0) {
    return degraded(id, `v1 only (${cgroup1.length} mounts)`, 'all processes share one fair share of the series limit', todo);
  }
  if (cgroup2.length > 0) return ok(id, `v2 on ${cgroup2[0]!}`);
  return info(id, 'none is mounted here, which the agent does not need');
}

export function tracefs({ mounts, tracepoint, syncFailures }: Facts): Check {
  const id = 'tracefs';
  const place = mounts === undefined ? '/proc/self/mountinfo cannot be read' : mounts.tracefs[0] === undefined ? 'not mounted' : `on ${mounts.tracefs[0]}`;
  if (syncFailures !== 'syscall') return info(id, `${place}; needed only for --sync-failures syscall`);
  if (tracepoint === 'readable') return ok(id, `${place}: --sync-failures syscall can read its tracepoint`);
  const found = tracepoint === 'none' ? `${place}: the tracepoint of --sync-failures syscall is missing` : `${place}: the tracepoint of --sync-failures syscall cannot be read`;
  return missing(id, 'CW_TRACEFS', found, 'mount it where uid 0 can read it (mount -t tracefs nodev /sys/kernel/tracing), or use --sync-failures auto');
}

export function ports({ ports: tried }: Facts): Check[] {
  return tried.map(port);
}

function port({ server, address, problem }: Port): Check {
  const id = `${server}-address`;
  if (problem === undefined) return ok(id, `${address} is free`);
  return missing(id, problem.code, problem.message.replace(/\.$/, ''), problem.hint.replace(/\.$/, ''));
}

export function bpfStats({ bpfStats: value }: Facts): Check {
  const meaning = value === 1 ? 'the kernel measures the run time of every BPF program, at a small cost' : 'the run time of BPF programs is not measured';
  return info('bpf-stats', value === undefined ? 'kernel.bpf_stats_enabled cannot be read' : `kernel.bpf_stats_enabled = ${value}: ${meaning}`);
}

export function kprobes({ kprobes: there }: Facts): Check {
  return info('kprobes', `${there ? 'available' : 'not in this kernel'}; used without fexit, for connects that fail before a SYN`);
}

export function fexit({ trials }: Facts): Check {
  const id = 'fexit';
  if (trials instanceof Error) return info(id, 'not tried: see addon');
  const { stage, errno } = trials.fexit;
  return info(id, stage === '' ? 'can be attached, so connects that fail before a SYN are seen' : `cannot be used (${stage}: ${errnoName(errno)})`);
}

const SETTING = { metrics: 'OTEL_EXPORTER_OTLP_ENDPOINT', logs: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT' } as const;

export function collectors({ collectors: tried }: Facts): Check[] {
  if (tried.length === 0) return [info('collector', 'nothing is pushed by OTLP')];
  return tried.map(({ signal, endpoint, problem }) => {
    const id = signal === 'metrics' ? 'collector' : `collector-${signal}`;
    if (problem === undefined) return ok(id, `${endpoint} can be reached`);
    const cost = `${signal} are not pushed until this is fixed; /metrics is served anyway`;
    const todo = /certificate/.test(problem)
      ? 'set OTEL_EXPORTER_OTLP_CERTIFICATE to the authority that signed it, and use the host name in the certificate'
      : `start the collector, allow this host to connect to it, or correct ${SETTING[signal]}`;
    return degraded(id, `${endpoint}: ${problem}`, cost, todo);
  });
}
