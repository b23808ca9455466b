import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { AGENT, Agent } from '../../harness/agent.ts';
import { doctor } from '../../harness/doctor.ts';
import { agentEnvironment } from '../../harness/environment.ts';
import { at, describeKernel } from '../../harness/host.ts';

const DROPPED = (...kept: string[]) => ['setpriv', '--no-new-privs', '--inh-caps=-all', `--bounding-set=-all${kept.map((name) => `,+${name}`).join('')}`];

const TRIED = ['tp_btf/inet_sock_set_state', 'tp_btf/inet_sk_error_report', 'tp_btf/tcp_destroy_sock', 'tp_btf/sched_process_exec', 'tp_btf/sched_process_fork', 'tp_btf/sched_process_exit', 'tp_btf/tcp_retransmit_synack', 'iter/bpf_sk_storage_map', 'iter/task_file', 'iter/bpf_map_elem', 'helpers', 'bpf-object', 'sync-failures'];

describeKernel('connwatch doctor', () => {
  it.each<[string, string[], RegExp]>([
    ['as root', [], /^\d+ more capabilities than needed; after attaching, the agent keeps /],
    ['with the privileges of a pod', [at('build', 'test-tools', 'confine')], /^no more than needed; after attaching, the agent keeps /],
  ])('misses nothing %s, and its exit code is by the worst', async (_, wrapper, privileges) => {
    const found = await doctor(wrapper);
    expect(found).toMatchObject({ starts: true, missing: [], unknown: [] });
    // What is degraded depends on the machine.
    expect(found.code).toBe(found.degraded.length > 0 ? 3 : 0);
    expect(found.checks.find(({ id }) => id === 'privileges')).toMatchObject({ status: 'ok', found: expect.stringMatching(privileges) });
  });

  it('names the capability, and says nothing of the kernel without it', async () => {
    const maps = ['bpf-call', 'ring-buffer', 'storage-maps'];
    expect(await doctor(DROPPED())).toMatchObject({ code: 1, starts: false, missing: ['capabilities'], unknown: [...maps, ...TRIED] });
    expect(await doctor(DROPPED('bpf'))).toMatchObject({ code: 1, starts: false, missing: ['capabilities'], unknown: TRIED });
  });

  it('knows a user namespace, whose capabilities count for nothing', async () => {
    expect(await doctor(['unshare', '-Ur'])).toMatchObject({ code: 1, missing: ['capabilities'] });
  });

  it('knows a pid namespace', async () => {
    expect((await doctor(['unshare', '-pf', '--mount-proc'])).degraded).toContain('pid-namespace');
  });

  it('knows a masked BTF', async () => {
    const masked = await doctor(['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"']);
    expect(masked).toMatchObject({ code: 1, missing: ['btf'], unknown: TRIED });
  });

  it('finds the ports of a running agent taken', async () => {
    await using agent = await Agent.start();
    const { code, checks } = await doctor([], agent);
    expect(code).toBe(1);
    expect(checks.filter(({ status }) => status === 'missing')).toMatchObject([
      { id: 'metrics-address', code: 'CW_PORT_IN_USE' },
      { id: 'health-address', code: 'CW_PORT_IN_USE' },
    ]);
  });
});

describeKernel('an agent that may not load its programs', () => {
  it('says which capability it lacks, in the words of doctor', async () => {
    const [file, ...args] = [...DROPPED('bpf'), ...AGENT, '--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0', '--log-format', 'json'];
    const { status, stderr } = spawnSync(file, args, { encoding: 'utf8', env: agentEnvironment() });
    expect(status).toBe(1);
    const fatal = stderr.split('\n').find((line) => line.includes('"fatal"'));
    expect(JSON.parse(fatal ?? '')).toMatchObject({
      code: 'CW_PERMISSION',
      msg: 'The BPF programs cannot be loaded: CAP_PERFMON is not effective (uid 0, no new privileges).',
    });
  });
});
