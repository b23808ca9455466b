import { describe, expect, it } from 'vitest';
import { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, capabilityNames } from './capabilities.ts';
import { dropped, needsAfterAttach } from './privileges.ts';

const LEAST = CAP_BPF | CAP_PERFMON;
const EPERM = 1;

describe('needsAfterAttach', () => {
  it.each([
    ['nothing where reading is free', { refused: 0, unprivilegedBpf: 2, permitted: LEAST }, 0n],
    ['nothing where it cannot be set back', { refused: 0, unprivilegedBpf: 1, permitted: LEAST }, 0n],
    ['CAP_BPF where bpf() asks for it', { refused: EPERM, unprivilegedBpf: 2, permitted: LEAST }, CAP_BPF],
    ['CAP_BPF where bpf() may come to ask for it', { refused: 0, unprivilegedBpf: 0, permitted: LEAST }, CAP_BPF],
    ['CAP_BPF where nothing is known', { refused: 0, unprivilegedBpf: undefined, permitted: LEAST }, CAP_BPF],
    ['CAP_BPF alone of everything', { refused: EPERM, unprivilegedBpf: 2, permitted: 2n ** 41n - 1n }, CAP_BPF],
    ['CAP_SYS_ADMIN when that stands for it', { refused: EPERM, unprivilegedBpf: 2, permitted: CAP_SYS_ADMIN }, CAP_SYS_ADMIN],
    ['nothing of nothing', { refused: EPERM, unprivilegedBpf: 2, permitted: 0n }, 0n],
  ])('%s', (_, facts, keep) => {
    const needs = needsAfterAttach(facts);
    expect(needs.keep).toBe(keep);
    expect(needs.why).not.toBe('');
  });
});

describe('dropped', () => {
  it('tells apart what is kept and what could not be taken', () => {
    const needs = { keep: CAP_BPF, why: 'it is asked for' };
    expect(dropped(needs, { permitted: LEAST, bounding: CAP_SYS_ADMIN, noNewPrivileges: false, threads: 7 })).toEqual({
      keeps: ['CAP_BPF'],
      why: 'it is asked for',
      left: ['CAP_PERFMON'],
      bounding: ['CAP_SYS_ADMIN'],
      noNewPrivileges: false,
      threads: 7,
    });
  });
});

describe('capabilityNames', () => {
  it.each([
    [0n, []],
    [1n, ['CAP_CHOWN']],
    [LEAST, ['CAP_PERFMON', 'CAP_BPF']],
    [(1n << 40n) | (1n << 62n), ['CAP_CHECKPOINT_RESTORE', 'CAP_62']],
  ])('%d', (set, names) => expect(capabilityNames(set)).toEqual(names));
});
