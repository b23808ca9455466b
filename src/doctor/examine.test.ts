import { describe, expect, it } from 'vitest';
import { examine, startable } from './examine.ts';
import { FACTS, STATUS, TRIALS, TRIALS_REFUSED } from './fixtures.ts';
import type { Facts, Status } from './types.ts';

/** The lines that differ from those of a host where all is well, as `status id`. */
function differences(change: Partial<Facts>): string[] {
  const before = new Map(examine(FACTS).map((check) => [check.id, check]));
  const changed = examine({ ...FACTS, ...change });
  return changed
    .filter((check) => JSON.stringify(check) !== JSON.stringify(before.get(check.id)))
    .map(({ status, id }) => `${status} ${id}`);
}

const programs = (section: string, answer = { stage: 'load', errno: 22 }) => ({ ...TRIALS, programs: { ...TRIALS.programs, [section]: answer } });

/** What is unknown as long as bpf() is refused. */
const UNTOLD = [
  'unknown ring-buffer',
  'unknown storage-maps',
  'unknown tp_btf/inet_sock_set_state',
  'unknown tp_btf/sched_process_exit',
  'unknown tp_btf/tcp_retransmit_synack',
  'unknown iter/bpf_sk_storage_map',
  'unknown iter/task_file',
  'unknown helpers',
  'unknown bpf-object',
];

describe('examine', () => {
  it('finds nothing to say against a good host', () => {
    const checks = examine(FACTS);
    expect([...new Set(checks.map(({ status }) => status))].sort()).toEqual(['info', 'ok']);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(startable(checks)).toBe(true);
  });

  it.each<[string, Partial<Facts>, string[]]>([
    ['an old kernel', { release: '5.10.0-30' }, ['degraded kernel']],
    ['the oldest one that has all', { release: '5.12.0' }, ['ok kernel']],
    ['a kernel of unknown version', { release: 'x' }, ['unknown kernel']],
    ['BTF that is masked', { btf: 'unreadable' }, ['missing btf']],
    ['CAP_SYS_ADMIN alone', { status: { ...STATUS, capabilities: 1n << 21n } }, []],
    ['a filter that lets bpf() pass', { status: { ...STATUS, seccomp: 2 } }, ['ok seccomp']],
    ['lockdown=integrity', { lockdown: 'integrity' }, ['ok lockdown']],
    ['no securityfs', { lockdown: undefined }, ['info lockdown']],
    ['no cgroup mounted', { mounts: { cgroup1: [], cgroup2: [], tracefs: ['/t'] } }, ['info cgroups', 'info tracefs']],
    ['cgroups of v1', { mounts: { cgroup1: ['/a'], cgroup2: [], tracefs: [] } }, ['degraded cgroups']],
    ['cgroups of both', { mounts: { cgroup1: ['/a'], cgroup2: ['/b'], tracefs: [] } }, ['degraded cgroups']],
    ['another pid namespace', { pidNamespace: 4026532000 }, ['degraded pid-namespace']],
    ["another namespace's /proc", { procSelf: 1 }, ['degraded pid-namespace']],
    ['no /proc at all', { pidNamespace: undefined, userNamespace: undefined, procSelf: undefined }, ['unknown pid-namespace']],
    ['no ring buffer', { trials: { ...TRIALS, maps: { ...TRIALS.maps, ringbuf: { stage: 'create', errno: 22 } } } }, ['missing ring-buffer']],
    ['no task storage', { trials: { ...TRIALS, maps: { ...TRIALS.maps, task_storage: { stage: 'create', errno: 22 } } } }, ['missing storage-maps']],
    ['a program that is refused', { trials: programs('iter/task_file') }, ['missing iter/task_file']],
    ['a helper that is not there', { trials: { ...TRIALS, helpers: { ...TRIALS.helpers, sock_from_file: { stage: 'helper', errno: 22 } } } }, ['missing helpers']],
    ['an object that is refused', { trials: { ...TRIALS, object: 'refused.' } }, ['missing bpf-object']],
    ['a kernel without fexit and kprobes', { trials: { ...TRIALS, fexit: { stage: 'attach', errno: 524 } }, kprobes: false }, ['info kprobes', 'info fexit', 'degraded sync-failures']],
    ['a kernel without fexit', { trials: { ...TRIALS, fexit: { stage: 'attach', errno: 524 } } }, ['info fexit', 'ok sync-failures']],
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
    expect(found).toEqual([...expected, ...UNTOLD, 'info fexit', 'unknown sync-failures']);
  });

  it('does not blame the kernel for programs it refuses for the lack of CAP_PERFMON', () => {
    const found = differences({ status: { ...STATUS, capabilities: 1n << 39n }, trials: { ...TRIALS_REFUSED, bpf: 0, maps: TRIALS.maps } });
    expect(found).toEqual(['missing capabilities', ...UNTOLD.slice(2), 'info fexit', 'unknown sync-failures']);
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
    expect(checks.filter(({ status }) => status === 'unknown').map(({ id }) => id)).toEqual(['seccomp', 'bpf-call', ...UNTOLD.map((line) => line.slice(8)), 'sync-failures']);
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
    };
    const facts = [worst, { ...worst, status: STATUS }, { ...FACTS, trials: { ...TRIALS_REFUSED, bpf: 0 } }, { ...FACTS, trials: new Error('x') }];
    const bad: Status[] = ['degraded', 'missing'];
    for (const check of facts.flatMap(examine)) {
      expect([check.id, Boolean(check.cost && check.todo)]).toEqual([check.id, bad.includes(check.status)]);
      expect([check.id, check.code !== undefined]).toEqual([check.id, check.status === 'missing']);
      expect(`${check.found}${check.cost ?? ''}${check.todo ?? ''}`).not.toMatch(/undefined|\.$/);
    }
  });
});
