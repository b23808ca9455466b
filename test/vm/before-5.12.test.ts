import { expect, it } from 'vitest';
import { doctor } from '../harness/doctor.ts';
import { describeKernel } from '../harness/host.ts';
import { expectKernel } from './guest.ts';

describeKernel('a kernel from before 5.12', () => {
  it('is told by doctor what the best rung lacks, and which one is taken', async () => {
    await expectKernel();
    const { code, starts, missing, degraded, unknown, checks } = await doctor();
    expect({ code, starts, missing, degraded, unknown }).toEqual({
      code: 3,
      starts: true,
      missing: [],
      degraded: ['kernel', 'attach'],
      unknown: [],
    });
    const found = (id: string) => checks.find((check) => check.id === id)?.found;
    expect(found('kernel')).toMatch(/^Linux 5\.10\.\S+ is older than 5\.12$/);
    expect(found('attach')).toBe('raw: its programs can be loaded');
    expect(found('helpers')).toBe(
      'cannot be called: bpf_get_socket_cookie, bpf_sk_storage_get, bpf_sk_storage_delete, bpf_task_storage_get, ' +
        'bpf_get_current_task_btf, bpf_sock_from_file; --attach raw does not need it',
    );
  });
});
