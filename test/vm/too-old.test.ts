import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { doctor } from '../harness/doctor.ts';
import { describeKernel } from '../harness/host.ts';
import { allBpf, expectKernel } from './guest.ts';

describeKernel('a kernel from before 5.12', () => {
  it('is refused with one message, which names what it lacks and what to use', async () => {
    await expectKernel();
    const before = await allBpf();
    // All: this kernel cannot make a mount read-only with all below it, as the tests do otherwise.
    const { code, logs } = await Agent.refuse({ privileges: 'all' });
    expect(code).toBe(1);
    const problem = 'The BPF programs cannot be loaded: the kernel refuses to make task_storage (EINVAL).';
    const hint = "Use Linux 5.12 or later with BTF. Run 'connwatch doctor' for all checks.";
    const problems = logs.lines.filter(({ level }) => level !== 'info');
    expect(problems).toMatchObject([{ level: 'fatal', code: 'CW_BPF_LOAD', msg: problem, hint }]);
    // For a person, beside the log.
    expect(logs.rest).toEqual([`connwatch: ${problem}`, `${hint} [CW_BPF_LOAD]`]);
    expect(logs.lines.some(({ msg }) => msg === 'ready')).toBe(false);
    expect(await allBpf()).toEqual(before);
  });

  it('is told by doctor what it lacks', async () => {
    const { code, starts, missing, degraded, unknown, checks } = await doctor();
    expect({ code, starts, missing, degraded, unknown }).toEqual({
      code: 1,
      starts: false,
      missing: ['storage-maps', 'helpers', 'bpf-object'],
      degraded: ['kernel'],
      unknown: [],
    });
    const found = (id: string) => checks.find((check) => check.id === id)?.found;
    expect(found('kernel')).toMatch(/^Linux 5\.10\.\S+ is older than 5\.12$/);
    expect(found('helpers')).toBe(
      'cannot be called: bpf_get_socket_cookie, bpf_sk_storage_get, bpf_sk_storage_delete, bpf_task_storage_get, ' +
        'bpf_get_current_task_btf, bpf_sock_from_file',
    );
  });
});
