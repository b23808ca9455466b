import { ERROR_CODES, type ErrorCode } from './codes.ts';

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What the reader can do: one sentence, or empty. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error for people: the message says what failed and why, the hint what to do. */
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

/** Joins several errors; each is kept. */
export class JoinedError extends AggregateError {
  override readonly name = 'JoinedError';
  readonly code: ErrorCode;

  constructor(errors: readonly unknown[], message: string, code: ErrorCode) {
    super(errors, message);
    this.code = code;
  }
}

/** The error's code, also of an error of the addon; otherwise `otherwise`, which stands for the place where it occurred. */
export function codeFor(error: unknown, otherwise: ErrorCode): ErrorCode {
  const code = codeOf(error);
  return code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : otherwise;
}

/** The system's error name (`EADDRINUSE`), or another string code of a thrown value. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A thrown value as one line of text without a stack: the message, the joined errors
 * (AggregateError) and the hint. Leaves out the cause, because our messages contain the
 * reason.
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

/** A thrown value as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(oneLine(thrown), { cause: thrown });
}
