import type { ErrorCode } from '../internal/codes.ts';
import { ConnwatchError, oneLine } from '../internal/errors.ts';
import { printable } from '../internal/escape.ts';
import type { Logger } from '../internal/log/log.ts';

export const EXIT = { fine: 0, failed: 1, usage: 2, degraded: 3 } as const;

const USAGE_CODES: readonly ErrorCode[] = ['CW_CONFIG', 'CW_CONFIG_FILE', 'CW_WEB_CONFIG'];

export function exitCodeOf(error: unknown): number {
  return error instanceof ConnwatchError && USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failed;
}

export interface Failure {
  readonly message: string;
  readonly code: ErrorCode;
  readonly hint: string;
}

/** Message and hint of an error. An unexpected error is reported as a defect. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ConnwatchError) return { message: error.message, code: error.code, hint: error.hint };
  return {
    message: `unexpected error: ${oneLine(error)}`,
    code: 'CW_INTERNAL',
    hint: "This is a bug. Please report it with the output of 'connwatch version' and of a run with --log-level=debug.",
  };
}

/** The message for a person, on lines of its own. Arguments may hold control characters, so they are escaped. */
export function plainMessage(error: unknown): string {
  const { message, code, hint } = describeFailure(error);
  return printable(Buffer.from(`connwatch: ${message}${hint ? `\n${hint}` : ''} [${code}]\n`));
}

/** One line at level fatal, with the code and the hint as fields; with the stack at debug and trace. */
export function logFailure(log: Logger, error: unknown): void {
  const { message, ...fields } = failureFields(log, error);
  log.fatal(fields, message);
}

/** Log fields of an error: code, message and, if there is one, the hint; the stack at debug and trace. */
export function failureFields(log: Pick<Logger, 'isLevelEnabled'>, error: unknown): Pick<Failure, 'message' | 'code'> {
  const { message, code, hint } = describeFailure(error);
  return { message, code, ...(hint && { hint }), ...(log.isLevelEnabled('debug') && { err: error }) };
}
