import { ERROR_CODES, type ErrorCode } from '../../internal/codes.ts';
import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';

interface NativeError extends Error {
  readonly errno: number;
  readonly stage: string;
  readonly libbpfLog: string;
}

/** bpf/connwatch.bpf.c: needs the number of its tracepoint, which is in tracefs. */
const SYSCALL_PROGRAM = 'the program connwatch_connect:';
/** How the verifier's log ends, after its reason. */
const BESIDE_THE_POINT = /^(?:-- END PROG LOAD LOG|processed \d+ insns|verification time|stack depth|failed to load object)/;
const EPERM = 1;
const EACCES = 13;
/** What the kernel ran out of, and what to do then. */
const SHORTAGES: Readonly<Record<number, string>> = {
  12: 'Raise the memory limit of the container or service, or lower --ring-size.',
  23: 'Raise the limit of open files of the system (fs.file-max).',
  24: 'Raise the limit of open files (ulimit -n, LimitNOFILE=) to 256 or more.',
};

/**
 * What the addon threw while loading, as words for a person. It says what the
 * kernel refused; why it did is found out by src/doctor, which the agent asks.
 */
export function loadError(thrown: unknown): ConnwatchError {
  if (thrown instanceof ConnwatchError) return thrown;
  const error = thrown as NativeError;
  const code = loadCode(error);
  const hint = (code === 'CW_BPF_LOAD' ? SHORTAGES[error.errno] : undefined) ?? ERROR_CODES[code].todo;
  return new ConnwatchError(message(code, error), { code, hint, cause: thrown });
}

function loadCode(error: NativeError): ErrorCode {
  const code = codeOf(error);
  // A file that may not be read is about the file.
  if (code === 'CW_LAYOUT' || code === 'CW_BPF_OPEN') return code;
  if (code === 'CW_BPF_ATTACH' && error.message.includes(SYSCALL_PROGRAM)) return 'CW_TRACEFS';
  // The verifier has these errors as well, and words of its own; without privileges nobody gets that far.
  const verified = (error.libbpfLog ?? '').includes('BEGIN PROG LOAD LOG');
  if (!verified && (error.errno === EPERM || error.errno === EACCES)) return 'CW_PERMISSION';
  return code === 'CW_BPF_ATTACH' ? code : 'CW_BPF_LOAD';
}

function message(code: ErrorCode, error: NativeError): string {
  const reason = oneLine(error);
  if (code === 'CW_LAYOUT') return `The BPF object does not match this program: ${reason}.`;
  if (code === 'CW_PERMISSION') return `The kernel does not allow loading BPF programs (${reason}).`;
  const lines = (error.libbpfLog ?? '').trim().replaceAll(/^libbpf: /gm, '').split('\n');
  const last = lines.filter((line) => !BESIDE_THE_POINT.test(line)).slice(-5).join(' | ');
  return `The BPF programs cannot be used: ${reason}.${last ? ` libbpf: ${last}` : ''}`;
}
