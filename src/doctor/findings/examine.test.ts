import { describe, expect, it } from 'vitest';
import { FACTS, STATUS, TRIALS, TRIALS_REFUSED } from '../fixtures.ts';
import type { Facts, Status } from '../types.ts';
import { examine, startable, worst } from './examine.ts';

/** The lines that differ from those of a host on which every check is ok, as `status id`. */
function differences(change: Partial<Facts>): string[] {
  const before = new Map(examine(FACTS).map((check) => [check.id, check]));
  const changed = examine({ ...FACTS, ...change });
  return changed
    .filter((check) => JSON.stringify(check) !== JSON.stringify(before.get(check.id)))
    .map(({ status, id }) => `${status} ${id}`);
}

const NO_FEXIT = { ...TRIALS, fexit: { stage: 'attach', errno: 524 } };

const programs = (section: string, answer = { stage: 'load', errno: 22 }) => ({ ...TRIALS, programs: { ...TRIALS.programs, [section]: answer } });

/** Checks that are unknown while bpf() is refused. */
const UNTOLD = [
  'unknown ring-buffer',
  'unknown storage-maps',
  'unknown tp_btf/inet_sock_set_state',
  'unknown tp_btf/inet_sk_error_report',
  'unknown tp_btf/tcp_destroy_sock',
  'unknown tp_btf/sched_process_exec',
  'unknown tp_btf/sched_process_fork',
  'unknown tp_btf/sched_process_exit',
  'unknown tp_btf/tcp_retransmit_synack',
  'unknown iter/bpf_sk_storage_map',
  'unknown iter/task_file',
  'unknown iter/bpf_map_elem',
  'unknown helpers',
  'unknown bpf-object',
];

describe('examine', () => {
  it('finds nothing to say against a good host', () => {
    const checks = examine(FACTS);
    expect([...new Set(checks.map(({ status }) => status))].sort()).toEqual(['info', 'ok']);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect([startable(checks), worst(checks)]).toEqual([true, 'ok']);
  });

  it.each<[string, Partial<Facts>, string[]]>([
    ['an old kernel', { release: '5.10.0-30' }, ['degraded kernel', 'ok locked-memory']],
    ['an old kernel on which too little memory may be locked', { release: '5.10.0-30', trials: { ...TRIALS, object: 'Operation not permitted' } }, ['degraded kernel', 'missing locked-memory', 'missing bpf-object']],
    ['the oldest one that has all', { release: '5.12.0' }, ['ok kernel']],
    ['a kernel of unknown version', { release: 'x' }, ['unknown kernel']],
    ['BTF that is masked', { btf: 'unreadable' }, ['missing btf']],
    ['CAP_SYS_ADMIN alone', { status: { ...STATUS, capabilities: 1n << 21n } }, ['ok privileges']],
    ['a filter that lets bpf() pass', { status: { ...STATUS, seccomp: 2 } }, ['ok seccomp']],
    ['lockdown=integrity', { lockdown: 'integrity' }, ['ok lockdown']],
    ['no securityfs', { lockdown: undefined }, ['info lockdown']],
    ['no cgroup mounted', { mounts: { cgroup1: [], cgroup2: [], tracefs: ['/t'] } }, ['info cgroups', 'info tracefs']],
    ['cgroups of v1', { mounts: { cgroup1: ['/a'], cgroup2: [], tracefs: [] } }, ['degraded cgroups']],
    ['cgroups of both', { mounts: { cgroup1: ['/a'], cgroup2: ['/b'], tracefs: [] } }, ['degraded cgroups']],
    ['another pid namespace', { pidNamespace: 4026532000 }, ['degraded pid-namespace']],
    ["another namespace's /proc", { procSelf: 1 }, ['degraded pid-namespace']],
    ['no cluster', { kubernetes: undefined }, ['info kubernetes']],
    ['a kubelet that refuses', { kubernetes: [{ what: 'kubelet', server: 'k', problem: 'it answers 403' }, { what: 'api', server: 'a' }, { what: 'owners', server: 'a' }] }, ['info kubernetes-kubelet', 'ok kubernetes-api', 'ok kubernetes-owners']],
    ['an API server that is away', { kubernetes: [{ what: 'kubelet', server: '10.0.0.7:10250' }, { what: 'api', server: 'a', problem: 'x' }, { what: 'owners', server: 'a', problem: 'x' }] }, ['info kubernetes-api', 'degraded kubernetes-owners']],
    ['peers that may not be read', { kubernetes: [{ what: 'api', server: 'a' }, { what: 'peers', server: 'a', problem: 'it answers 403' }] }, ['ok kubernetes-api', 'degraded kubernetes-peers']],
    ['no way to the pods', { kubernetes: [{ what: 'kubelet', server: 'k', problem: 'self-signed certificate' }, { what: 'api', server: 'a', problem: 'it answers 403' }] }, ['degraded kubernetes-kubelet', 'degraded kubernetes-api']],
    ['no /proc at all', { pidNamespace: undefined, userNamespace: undefined, procSelf: undefined }, ['unknown pid-namespace']],
    ['no ring buffer', { trials: { ...TRIALS, maps: { ...TRIALS.maps, ringbuf: { stage: 'create', errno: 22 } } } }, ['missing ring-buffer']],
    ['no task storage', { trials: { ...TRIALS, maps: { ...TRIALS.maps, task_storage: { stage: 'create', errno: 22 } } } }, ['missing storage-maps']],
    ['a program that is refused', { trials: programs('iter/task_file') }, ['missing iter/task_file']],
    ['a helper that is not there', { trials: { ...TRIALS, helpers: { ...TRIALS.helpers, sock_from_file: { stage: 'helper', errno: 22 } } } }, ['missing helpers']],
    ['a lower way to attach', { trials: { ...TRIALS, rung: 'raw', maps: { ...TRIALS.maps, task_storage: { stage: 'create', errno: 22 } } } }, ['info storage-maps', 'degraded attach']],
    ['an object that is refused', { trials: { ...TRIALS, object: 'refused.' } }, ['missing bpf-object']],
    ['a kernel without fexit and kprobes', { trials: NO_FEXIT, kprobes: false }, ['degraded sync-failures', 'info kprobes', 'info fexit']],
    ['a kernel without fexit', { trials: NO_FEXIT }, ['ok sync-failures', 'info fexit']],
    ['a kernel without fexit that refuses kprobes', { trials: { ...NO_FEXIT, kprobe: { stage: 'load', errno: 22 } } }, ['degraded sync-failures', 'info fexit']],
    ['a kernel without fexit that refuses perf events', { trials: { ...NO_FEXIT, perf: 13 } }, ['degraded sync-failures', 'info fexit']],
    ['perf events refused where fexit needs none', { trials: { ...TRIALS, perf: 13 } }, []],
    ['the tracepoint that is wanted where perf events are refused', { syncFailures: 'syscall', tracepoint: 'readable', trials: { ...TRIALS, perf: 13 } }, ['missing sync-failures', 'ok tracefs']],
    ['failures before a SYN that are not wanted', { syncFailures: 'off', trials: NO_FEXIT }, ['info sync-failures', 'info fexit']],
    ['the tracepoint that is wanted', { syncFailures: 'syscall', tracepoint: 'readable' }, ['ok sync-failures', 'ok tracefs']],
    ['the tracepoint that is wanted and not there', { syncFailures: 'syscall' }, ['ok sync-failures', 'missing tracefs']],
    ['the tracepoint that is wanted and not to be read', { syncFailures: 'syscall', tracepoint: 'unreadable' }, ['ok sync-failures', 'missing tracefs']],
    ['the tracepoint that is wanted and refused', { syncFailures: 'syscall', tracepoint: 'readable', trials: { ...TRIALS, tracepoint: { stage: 'load', errno: 22 } } }, ['missing sync-failures', 'ok tracefs']],
    ['more capabilities than needed', { status: { ...STATUS, capabilities: 2n ** 41n - 1n } }, ['ok privileges']],
    ['a kernel that wants CAP_BPF for ever', { trials: { ...TRIALS, unprivileged: 1 } }, ['ok privileges']],
    ['a thread that would keep its capabilities', { sigusr1: true }, ['info privileges']],
    ['nothing that is pushed', { collectors: [] }, ['info collector']],
    ['a collector that is not there', { collectors: [{ signal: 'metrics', endpoint: 'http://c:1', problem: 'it refuses connections' }] }, ['degraded collector']],
    ['a collector of logs', { collectors: [{ signal: 'logs', endpoint: 'http://c:1' }] }, ['ok collector-logs']],
    ['a port in use', { ports: [{ server: 'health', address: ':1', problem: { code: 'CW_PORT_IN_USE', message: 'in use.', hint: 'Stop it.' } }] }, ['missing health-address']],
  ])('%s', (_, change, expected) => {
    expect(differences(change)).toEqual(expected);
  });

  it.each<[string, Partial<Facts>, string[]]>([
    ['no capabilities', { status: { ...STATUS, capabilities: 0n } }, ['missing capabilities', 'unknown bpf-call']],
    ['no capabilities under a filter', { status: { ...STATUS, capabilities: 0n, seccomp: 2 } }, ['missing capabilities', 'unknown seccomp', 'unknown bpf-call']],
    ["a user namespace's capabilities", { userNamespace: 4026532001 }, ['missing capabilities', 'unknown bpf-call']],
    ['a filter that stops bpf()', { status: { ...STATUS, seccomp: 2 } }, ['missing seccomp', 'unknown bpf-call']],
    ['a security module', {}, ['missing bpf-call']],
  ])('blames %s, and nothing that follows from it', (_, change, expected) => {
    const found = differences({ ...change, trials: TRIALS_REFUSED });
    expect(found.filter((line) => !line.endsWith(' privileges'))).toEqual([...expected, ...UNTOLD, 'unknown sync-failures', 'info fexit']);
  });

  it('does not blame the kernel for programs it refuses for the lack of CAP_PERFMON', () => {
    const found = differences({ status: { ...STATUS, capabilities: 1n << 39n }, trials: { ...TRIALS_REFUSED, bpf: 0, maps: TRIALS.maps } });
    expect(found).toEqual(['missing capabilities', 'ok privileges', ...UNTOLD.slice(2), 'unknown sync-failures', 'info fexit']);
  });

  it('does not blame the kernel for what depends on BTF', () => {
    const target = { stage: 'target', errno: 3 };
    expect(differences({ btf: 'none', trials: programs('iter/task_file', target) })).toEqual(['missing btf', 'unknown iter/task_file']);
  });

  it('says of a kernel with lockdown=confidentiality why its helpers are refused', () => {
    const trials = { ...TRIALS, helpers: { ...TRIALS.helpers, probe_read_kernel: { stage: 'helper', errno: 22 } } };
    expect(differences({ lockdown: 'confidentiality', trials })).toEqual(['missing lockdown', 'unknown helpers']);
  });

  it('works without the addon', () => {
    const checks = examine({ ...FACTS, status: { ...STATUS, seccomp: 2 }, trials: new Error('not found.') });
    expect(checks.find(({ id }) => id === 'addon')).toMatchObject({ status: 'missing', found: 'not found', code: 'CW_ADDON' });
    expect(checks.filter(({ status }) => status === 'unknown').map(({ id }) => id)).toEqual(['privileges', 'seccomp', 'bpf-call', ...UNTOLD.map((line) => line.slice(8)), 'sync-failures']);
  });

  it.each<[string, Partial<Facts>, string]>([
    ['ok', {}, 'ok'],
    ['degraded', { pidNamespace: 1 }, 'degraded'],
    ['degraded when something cannot be told', { pidNamespace: undefined }, 'degraded'],
    ['missing', { pidNamespace: 1, btf: 'none' }, 'missing'],
  ])('has as its worst: %s', (_, change, expected) => {
    expect(worst(examine({ ...FACTS, ...change }))).toBe(expected);
  });

  it('says how much of the capabilities is kept', () => {
    const said = (change: Partial<Facts>) => examine({ ...FACTS, ...change }).find(({ id }) => id === 'privileges')?.found;
    expect(said({})).toBe('no more than needed; after attaching, the agent keeps no capability: reading open maps needs no capability');
    const all = { status: { ...STATUS, capabilities: 2n ** 41n - 1n }, trials: { ...TRIALS, unprivileged: 1 } };
    expect(said(all)).toBe('39 more capabilities than needed; after attaching, the agent keeps CAP_BPF: this kernel requires it for every bpf() call');
  });

  it('tells a cost and a remedy for all that is degraded or missing, and a code for what is missing', () => {
    const worst: Facts = {
      ...FACTS,
      release: '4.19.0',
      btf: 'none',
      status: { ...STATUS, uid: 1000, capabilities: 0n, seccomp: 2 },
      pidNamespace: 1,
      lockdown: 'confidentiality',
      mounts: { cgroup1: ['/a'], cgroup2: [], tracefs: [] },
      trials: TRIALS_REFUSED,
      collectors: [{ signal: 'metrics', endpoint: 'http://c:1', problem: 'its certificate is not accepted (X)' }],
    };
    const facts = [worst, { ...worst, status: STATUS }, { ...FACTS, trials: { ...TRIALS_REFUSED, bpf: 0 } }, { ...FACTS, trials: new Error('x') }, { ...FACTS, sigusr1: true, syncFailures: 'syscall' as const }];
    const bad: Status[] = ['degraded', 'missing'];
    for (const check of facts.flatMap(examine)) {
      expect([check.id, Boolean(check.cost && check.todo)]).toEqual([check.id, bad.includes(check.status)]);
      expect([check.id, check.code !== undefined]).toEqual([check.id, check.status === 'missing']);
      expect(`${check.found}${check.cost ?? ''}${check.todo ?? ''}`).not.toMatch(/undefined|\.$/);
    }
  });
});
