import type { SyncFailures } from '../ebpf/config.ts';
import type { ErrorCode } from '../internal/codes.ts';

/**
 * ok: as it should be. degraded: the agent runs, at the cost that is told.
 * missing: the agent cannot start. unknown: cannot be found out before
 * something else is put right. info: for the reader only.
 */
export type Status = 'ok' | 'degraded' | 'missing' | 'unknown' | 'info';

/** One line of `connwatch doctor`. All texts are phrases without a full stop. */
export interface Check {
  /** Stable name, for scripts: `pid-namespace`. */
  readonly id: string;
  readonly status: Status;
  /** What was found. */
  readonly found: string;
  /** What it costs: of degraded and missing. */
  readonly cost?: string;
  /** What to do about it: of degraded and missing. */
  readonly todo?: string;
  /** The code of the agent's start-up error, of missing. */
  readonly code?: ErrorCode;
}

/** A refusal of the kernel's as it came: which step, which errno, what was said. */
export interface Answer {
  /** '' when it is allowed. */
  readonly stage: string;
  readonly errno: number;
}

/** What was found out about the kernel by trying. */
export interface Trials {
  readonly libbpf: string;
  /** errno of the smallest use of bpf(), 0 when it is allowed. */
  readonly bpf: number;
  /** By name of requirements.ts. */
  readonly programs: Readonly<Record<string, Answer>>;
  readonly maps: Readonly<Record<string, Answer>>;
  readonly helpers: Readonly<Record<string, Answer>>;
  /** Why the BPF object cannot be loaded; undefined when it can. */
  readonly object: string | undefined;
  /** Loading and attaching to the end of tcp_v4_connect. */
  readonly fexit: Answer;
  /** Loading only. */
  readonly kprobe: Answer;
  readonly tracepoint: Answer;
  /** errno of the smallest use of perf_event_open(), by which both are attached; 0 when it is allowed. */
  readonly perf: number;
  /** errno of what the agent does once it is attached, tried without capabilities; 0 when that works. */
  readonly unprivileged: number;
}

/** Why a port cannot be had; no problem when it can. */
export interface Port {
  readonly server: 'metrics' | 'health';
  readonly address: string;
  readonly problem?: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

/** Where something is pushed to by OTLP, and why it cannot be; no problem when it can. */
export interface Collector {
  readonly signal: 'metrics' | 'logs';
  readonly endpoint: string;
  readonly problem?: string;
}

/** Everything that the checks judge. undefined: cannot be read. */
export interface Facts {
  /** uname -r. */
  readonly release: string;
  readonly btf: 'readable' | 'unreadable' | 'none';
  readonly status: ProcessStatus | undefined;
  /** Inode numbers of this process's namespaces. */
  readonly pidNamespace: number | undefined;
  readonly userNamespace: number | undefined;
  /** What /proc/self names this process; differs from its pid when /proc is another namespace's. */
  readonly procSelf: number | undefined;
  readonly pid: number;
  readonly lockdown: string | undefined;
  /** kernel.unprivileged_bpf_disabled, kernel.bpf_stats_enabled. */
  readonly unprivilegedBpf: number | undefined;
  readonly bpfStats: number | undefined;
  readonly mounts: Mounts | undefined;
  /** The kernel can make kprobes. */
  readonly kprobes: boolean;
  /** Error: the addon cannot be loaded. */
  readonly trials: Trials | Error;
  readonly ports: readonly Port[];
  /** Empty when nothing is pushed. */
  readonly collectors: readonly Collector[];
  /** The setting. */
  readonly syncFailures: SyncFailures;
  /** The number of the tracepoint of connect(), in tracefs. */
  readonly tracepoint: 'readable' | 'unreadable' | 'none';
  /** Node.js has a thread that waits for SIGUSR1 and takes no other signal. */
  readonly sigusr1: boolean;
}

/** From /proc/self/status. */
export interface ProcessStatus {
  readonly uid: number;
  /** Effective ones; bit n is capability n. */
  readonly capabilities: bigint;
  readonly noNewPrivileges: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  /** This process's pid in each namespace from the one of /proc on. */
  readonly pids: readonly number[];
}

/** From /proc/self/mountinfo: mount points as this process sees them. */
export interface Mounts {
  readonly cgroup1: readonly string[];
  readonly cgroup2: readonly string[];
  readonly tracefs: readonly string[];
}
