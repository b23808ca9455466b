import { ERROR_CODES, type ErrorCode } from './codes.ts';

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What the reader can do about it: one sentence, or empty. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error that a person will read: the message says what failed and why, the hint what to do. */
export class ConnwatchError extends Error {
  override readonly name = 'ConnwatchError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint ?? '';
  }
}

/** Several errors as one; each keeps what it was. */
export class JoinedError extends AggregateError {
  override readonly name = 'JoinedError';
  readonly code: ErrorCode;

  constructor(errors: readonly unknown[], message: string, code: ErrorCode) {
    super(errors, message);
    this.code = code;
  }
}

/** The code of ours that an error has, also one of the addon's; else the one that stands for where it came up. */
export function codeFor(error: unknown, otherwise: ErrorCode): ErrorCode {
  const code = codeOf(error);
  return code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : otherwise;
}

/** The system's error name (`EADDRINUSE`) or another string code of anything thrown. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Anything thrown, as one line of text without a stack: the message, what it
 * joins (AggregateError) and the hint. A cause is left out: a message says why.
 */
export function oneLine(error: unknown): string {
  return text(error).replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

function text(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : `thrown: ${inspectable(error)}`;
  const own = error.message || error.name;
  if (error instanceof ConnwatchError && error.hint) return `${own} ${error.hint}`;
  if (error instanceof AggregateError && error.errors.length > 0) {
    const joined = error.errors.map(text).join('; ');
    return error.message ? `${error.message}: ${joined}` : joined;
  }
  return own;
}

function inspectable(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(oneLine(thrown), { cause: thrown });
}
