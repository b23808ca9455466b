import type { SyncFailures } from '../ebpf/config.ts';
import type { ErrorCode } from '../internal/codes.ts';
import type { Tried } from '../kubernetes/index.ts';
import type { Rung } from '../words/rungs.ts';

/**
 * ok: as it should be. degraded: the agent runs, with the cost shown.
 * missing: the agent cannot start. unknown: cannot be checked before another
 * problem is fixed. info: information only.
 */
export type Status = 'ok' | 'degraded' | 'missing' | 'unknown' | 'info';

/** One line of `connwatch doctor`. All texts are phrases without a full stop. */
export interface Check {
  /** Stable name, for scripts: `pid-namespace`. */
  readonly id: string;
  readonly status: Status;
  /** What was found. */
  readonly found: string;
  /** The cost, if degraded or missing. */
  readonly cost?: string;
  /** The remedy, if degraded or missing. */
  readonly todo?: string;
  /** The code of the agent's start-up error, if missing. */
  readonly code?: ErrorCode;
}

/** The kernel's answer to a trial: refused step and errno. */
export interface Answer {
  /** '': allowed. */
  readonly stage: string;
  readonly errno: number;
}

/** Results of trying the kernel. */
export interface Trials {
  readonly libbpf: string;
  /** errno of the smallest bpf() call; 0: allowed. */
  readonly bpf: number;
  /** By the names in requirements.ts. */
  readonly programs: Readonly<Record<string, Answer>>;
  readonly maps: Readonly<Record<string, Answer>>;
  readonly helpers: Readonly<Record<string, Answer>>;
  /** Why the BPF object cannot be loaded; undefined: it can. */
  readonly object: string | undefined;
  /** The way to attach whose BPF object can be loaded; undefined: none, or one of `--bpf-object`. */
  readonly rung: Rung | undefined;
  /** Loading, and attaching to the end of tcp_v4_connect. */
  readonly fexit: Answer;
  /** Loading only. */
  readonly kprobe: Answer;
  readonly tracepoint: Answer;
  /** errno of the smallest perf_event_open() call, which attaches both; 0: allowed. */
  readonly perf: number;
  /** errno of the calls of an attached agent, made without capabilities; 0: they work. */
  readonly unprivileged: number;
}

/** A tried address; no problem: it is free. */
export interface Port {
  readonly server: 'metrics' | 'health';
  readonly address: string;
  readonly problem?: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

/** A tried collector; no problem: it can be reached. */
export interface Collector {
  readonly signal: 'metrics' | 'logs';
  readonly endpoint: string;
  readonly problem?: string;
}

/** All facts for the checks. undefined: cannot be read. */
export interface Facts {
  /** uname -r. */
  readonly release: string;
  readonly btf: 'readable' | 'unreadable' | 'none';
  readonly status: ProcessStatus | undefined;
  /** RLIMIT_MEMLOCK in bytes; undefined: no limit. */
  readonly lockedMemory: number | undefined;
  /** Inode numbers of this process's namespaces. */
  readonly pidNamespace: number | undefined;
  readonly userNamespace: number | undefined;
  /** The pid in /proc/self. Differs from `pid` if /proc belongs to another namespace. */
  readonly procSelf: number | undefined;
  readonly pid: number;
  readonly lockdown: string | undefined;
  /** kernel.unprivileged_bpf_disabled, kernel.bpf_stats_enabled. */
  readonly unprivilegedBpf: number | undefined;
  readonly bpfStats: number | undefined;
  readonly mounts: Mounts | undefined;
  /** The kernel has kprobes. */
  readonly kprobes: boolean;
  /** Error: the addon cannot be loaded. */
  readonly trials: Trials | Error;
  readonly ports: readonly Port[];
  /** Empty: nothing is pushed. */
  readonly collectors: readonly Collector[];
  /** The ways to the names of pods; undefined: they are off, or this is no pod of a cluster. */
  readonly kubernetes: readonly Tried[] | undefined;
  /** The setting. */
  readonly syncFailures: SyncFailures;
  /** The file with the number of the connect() tracepoint, in tracefs. */
  readonly tracepoint: 'readable' | 'unreadable' | 'none';
  /** Node.js has a thread that waits for SIGUSR1 and blocks all other signals. */
  readonly sigusr1: boolean;
}

/** From /proc/self/status. */
export interface ProcessStatus {
  readonly uid: number;
  /** The effective set; bit n is capability n. */
  readonly capabilities: bigint;
  readonly noNewPrivileges: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  /** This process's pid in each namespace, from that of /proc inwards. */
  readonly pids: readonly number[];
}

/** From /proc/self/mountinfo: mount points as this process sees them. */
export interface Mounts {
  readonly cgroup1: readonly string[];
  readonly cgroup2: readonly string[];
  readonly tracefs: readonly string[];
}
