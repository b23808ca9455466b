import { type Attach, RUNGS } from '../../words/rungs.ts';
import { choice, path, powerOfTwoSize } from '../kinds.ts';
import { setting } from '../setting.ts';

export const ATTACH = ['auto', ...RUNGS] as const satisfies readonly Attach[];
export const SYNC_FAILURES = ['auto', 'syscall', 'off'] as const;

/** The kernel side. */
export const KERNEL = {
  ringSize: setting({
    name: 'ring-size',
    group: 'Kernel',
    kind: powerOfTwoSize({ min: 4096, max: 1024 ** 3 }),
    default: '8MiB',
    description: 'Size of the ring buffer between kernel and agent. A larger one survives longer bursts. At least one memory page of the kernel.',
    example: '32MiB',
  }),
  attach: setting({
    name: 'attach',
    group: 'Kernel',
    kind: choice('<way>', ATTACH),
    default: 'auto',
    description:
      'How the programs are attached to the kernel. auto: the first of btf, raw, tracepoint and kprobe that the kernel accepts. btf lacks nothing and costs least; docs/install.md says what the others lack.',
    example: 'raw',
  }),
  syncFailures: setting({
    name: 'sync-failures',
    group: 'Kernel',
    kind: choice('<way>', SYNC_FAILURES),
    default: 'auto',
    description:
      'How to see connects that fail before a SYN is sent, for example without a route. auto: fexit, else kretprobes, else not at all; this slows connects only, and little. syscall: a tracepoint, which slows every system call of the machine. off: not at all. docs/performance.md has the cost.',
    example: 'syscall',
  }),
  bpfObject: setting({
    name: 'bpf-object',
    group: 'Kernel',
    kind: path(),
    default: undefined,
    defaultNote: 'the one of this installation',
    description: 'Another BPF object file, for development. The agent refuses one that does not match it.',
    example: './build/connwatch.bpf.o',
  }),
} as const;
