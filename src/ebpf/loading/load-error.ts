import { ERROR_CODES, type ErrorCode } from '../../internal/codes.ts';
import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';

interface NativeError extends Error {
  readonly errno: number;
  readonly stage: string;
  readonly libbpfLog: string;
}

/** This program of bpf/connwatch.bpf.c needs the number of its tracepoint from tracefs. */
const SYSCALL_PROGRAM = 'the program connwatch_connect:';
/** Lines at the end of the verifier's log, after the reason. */
const BESIDE_THE_POINT = /^(?:-- END PROG LOAD LOG|processed \d+ insns|verification time|stack depth|failed to load object)/;
const EPERM = 1;
const EACCES = 13;
/** Hints by errno, for resources that the kernel ran out of. */
const SHORTAGES: Readonly<Record<number, string>> = {
  12: 'Raise the memory limit of the container or service, or lower --ring-size.',
  23: 'Raise the limit of open files of the system (fs.file-max).',
  24: 'Raise the limit of open files (ulimit -n, LimitNOFILE=) to 256 or more.',
};

/** The kernel ran out of something, which no other program changes. */
export function isShortage(error: unknown): boolean {
  const cause = error instanceof ConnwatchError ? error.cause : error;
  return Object.hasOwn(SHORTAGES, String((cause as Partial<NativeError> | undefined)?.errno));
}

/**
 * Turns an error of the addon during loading into a message. It says what the
 * kernel refused. The agent asks src/doctor for the cause.
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
  // A permission error on the file concerns the file.
  if (code === 'CW_LAYOUT' || code === 'CW_BPF_OPEN') return code;
  if (code === 'CW_BPF_ATTACH' && error.message.includes(SYSCALL_PROGRAM)) return 'CW_TRACEFS';
  // The verifier returns these errors too, with a log. Without privileges the kernel does not get that far.
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
