import { HELPERS, MAPS, PROGRAMS } from './requirements.ts';
import type { Answer, Facts, ProcessStatus, Trials } from './types.ts';

export const ALLOWED: Answer = { stage: '', errno: 0 };
export const REFUSED: Answer = { stage: 'load', errno: 1 };

const all = (names: object, answer: Answer) => Object.fromEntries(Object.keys(names).map((name) => [name, answer]));

export const BPF_AND_PERFMON = (1n << 38n) | (1n << 39n);

export const STATUS: ProcessStatus = {
  uid: 0,
  capabilities: BPF_AND_PERFMON,
  noNewPrivileges: true,
  seccomp: 0,
  pids: [7],
};

export const TRIALS: Trials = {
  libbpf: '1.1',
  bpf: 0,
  programs: all(PROGRAMS, ALLOWED),
  maps: all(MAPS, ALLOWED),
  helpers: all(HELPERS, ALLOWED),
  object: undefined,
  rung: 'btf',
  fexit: ALLOWED,
  kprobe: ALLOWED,
  tracepoint: ALLOWED,
  perf: 0,
  unprivileged: 0,
};

/** Results of the trials if bpf() is not allowed. */
export const TRIALS_REFUSED: Trials = {
  libbpf: '1.1',
  bpf: 1,
  programs: all(PROGRAMS, REFUSED),
  maps: all(MAPS, { stage: 'create', errno: 1 }),
  helpers: all(HELPERS, REFUSED),
  object: 'refused.',
  rung: undefined,
  fexit: REFUSED,
  kprobe: REFUSED,
  tracepoint: REFUSED,
  perf: 13,
  unprivileged: 1,
};

/** A host on which every check is ok. */
export const FACTS: Facts = {
  release: '6.12.1-amd64',
  lockedMemory: 65_536,
  btf: 'readable',
  status: STATUS,
  pidNamespace: 4026531836,
  userNamespace: 4026531837,
  procSelf: 7,
  pid: 7,
  lockdown: 'none',
  unprivilegedBpf: 2,
  bpfStats: 0,
  mounts: { cgroup1: [], cgroup2: ['/sys/fs/cgroup'], tracefs: [] },
  kprobes: true,
  trials: TRIALS,
  ports: [
    { server: 'metrics', address: ':9090' },
    { server: 'health', address: ':8080' },
  ],
  collectors: [{ signal: 'metrics', endpoint: 'http://collector:4317' }],
  kubernetes: [
    { what: 'kubelet', server: '10.0.0.7:10250' },
    { what: 'api', server: '10.96.0.1:443' },
    { what: 'owners', server: '10.96.0.1:443' },
    { what: 'peers', server: '10.96.0.1:443' },
  ],
  syncFailures: 'auto',
  tracepoint: 'none',
  sigusr1: false,
};
