import { describe, expect, it } from 'vitest';
import { ConnwatchError } from '../internal/errors.ts';
import { explain } from './explain.ts';
import { FACTS, STATUS, TRIALS, TRIALS_REFUSED } from './fixtures.ts';

const refusal = new ConnwatchError('The kernel does not allow it.', { code: 'CW_PERMISSION', hint: 'General.' });

describe('explain', () => {
  it.each([
    ['capabilities', { status: { ...STATUS, capabilities: 1n << 39n }, trials: TRIALS_REFUSED }, 'CW_PERMISSION', 'CAP_PERFMON is not effective (uid 0, no new privileges)'],
    ['BTF before capabilities', { btf: 'none', status: { ...STATUS, capabilities: 0n } }, 'CW_NO_BTF', 'the kernel has no BTF: /sys/kernel/btf/vmlinux is missing'],
    ['seccomp', { status: { ...STATUS, seccomp: 2 }, trials: { ...TRIALS_REFUSED, bpf: 38 } }, 'CW_PERMISSION', 'a filter is set, and bpf() fails with ENOSYS'],
    ['a map', { trials: { ...TRIALS, maps: { ...TRIALS.maps, ringbuf: { stage: 'create', errno: 22 } } } }, 'CW_BPF_LOAD', 'the kernel refuses to make ringbuf (EINVAL)'],
  ] as const)('names %s', (_, change, code, found) => {
    const error = explain(refusal, () => ({ ...FACTS, ...change })) as ConnwatchError;
    expect([error.code, error.message]).toEqual([code, `The BPF programs cannot be loaded: ${found}.`]);
    expect(error.hint).toMatch(/^[A-Z].*\. Run 'connwatch doctor' for all checks\.$/);
    expect(error.cause).toBe(refusal);
  });

  it('leaves a refusal that it cannot explain', () => {
    expect(explain(refusal, () => FACTS)).toBe(refusal);
  });

  it('leaves other errors, without looking at anything', () => {
    const other = [new Error('x'), new ConnwatchError('x', { code: 'CW_LAYOUT' }), new ConnwatchError('x', { code: 'CW_ADDON' }), 'text'];
    for (const error of other) expect(explain(error, () => expect.unreachable())).toBe(error);
  });
});
