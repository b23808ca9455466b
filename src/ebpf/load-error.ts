import { existsSync } from 'node:fs';
import { ConnwatchError, codeOf, oneLine } from '../internal/errors.ts';

interface NativeError extends Error {
  readonly errno: number;
  readonly stage: string;
  readonly libbpfLog: string;
}

const EPERM = 1;
const EACCES = 13;

/** What the addon threw while loading, as words for a person: what, why, what to do. */
export function loadError(thrown: unknown, btf = existsSync('/sys/kernel/btf/vmlinux')): ConnwatchError {
  const error = thrown as NativeError;
  if (thrown instanceof ConnwatchError) return thrown;
  if (codeOf(thrown) === 'CW_LAYOUT') {
    return new ConnwatchError(`The BPF object does not fit this program: ${error.message}.`, {
      code: 'CW_LAYOUT',
      hint: 'Build all parts from one version with `npm run setup`.',
      cause: thrown,
    });
  }
  // A kernel that publishes its types does not need to be asked why it refused others.
  if (!btf) {
    return new ConnwatchError('This kernel publishes no BTF: /sys/kernel/btf/vmlinux is missing.', {
      code: 'CW_NO_BTF',
      hint: 'Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, 5.12 or later; in a container, mount /sys.',
      cause: thrown,
    });
  }
  if (error.errno === EPERM || error.errno === EACCES) {
    return new ConnwatchError(`The kernel does not allow loading BPF programs (${oneLine(error)}).`, {
      code: 'CW_PERMISSION',
      hint: 'Run as root, or with the capabilities CAP_BPF and CAP_PERFMON; check that seccomp and kernel lockdown allow bpf().',
      cause: thrown,
    });
  }
  const last = (error.libbpfLog ?? '').trim().split('\n').slice(-3).join(' | ');
  return new ConnwatchError(`The BPF programs cannot be used: ${oneLine(error)}.${last ? ` libbpf: ${last}` : ''}`, {
    code: 'CW_BPF_LOAD',
    hint: 'connwatch needs Linux 5.12 or later with BTF. Run with --log-level debug for the whole log.',
    cause: thrown,
  });
}
