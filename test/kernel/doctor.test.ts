import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { AGENT, Agent, agentEnvironment } from '../harness/agent.ts';
import { doctor } from '../harness/doctor.ts';
import { describeKernel } from '../harness/host.ts';

const DROPPED = (...kept: string[]) => ['setpriv', '--no-new-privs', '--inh-caps=-all', `--bounding-set=-all${kept.map((name) => `,+${name}`).join('')}`];

const TRIED = ['tp_btf/inet_sock_set_state', 'tp_btf/sched_process_exit', 'tp_btf/tcp_retransmit_synack', 'iter/bpf_sk_storage_map', 'iter/task_file', 'helpers', 'bpf-object', 'sync-failures'];

describeKernel('connwatch doctor', () => {
  it('misses nothing as root, nor with the two capabilities alone', () => {
    for (const wrapper of [[], DROPPED('bpf', 'perfmon')]) {
      expect(doctor(wrapper)).toMatchObject({ code: 0, starts: true, missing: [], unknown: [] });
    }
  });

  it('names the capability, and says nothing of the kernel without it', () => {
    const maps = ['bpf-call', 'ring-buffer', 'storage-maps'];
    expect(doctor(DROPPED())).toMatchObject({ code: 1, starts: false, missing: ['capabilities'], unknown: [...maps, ...TRIED] });
    expect(doctor(DROPPED('bpf'))).toMatchObject({ code: 1, starts: false, missing: ['capabilities'], unknown: TRIED });
  });

  it('knows a user namespace, whose capabilities count for nothing', () => {
    expect(doctor(['unshare', '-Ur'])).toMatchObject({ code: 1, missing: ['capabilities'] });
  });

  it('knows a pid namespace', () => {
    expect(doctor(['unshare', '-pf', '--mount-proc']).degraded).toContain('pid-namespace');
  });

  it('knows a masked BTF', () => {
    const masked = doctor(['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"']);
    expect(masked).toMatchObject({ code: 1, missing: ['btf'], unknown: TRIED });
  });

  it('finds the ports of a running agent taken', async () => {
    await using agent = await Agent.start();
    const { code, checks } = doctor([], agent);
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
