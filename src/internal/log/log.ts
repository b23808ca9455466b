import { pino, type DestinationStream } from 'pino';
import { ConnwatchError, asError, codeOf, oneLine } from '../errors.ts';
import { standardError } from './destination.ts';
import type { LogFormat, LogLevel } from './levels.ts';

export type { LogFormat, LogLevel };

/** Fields first, then the message. An error goes under `err`. */
export interface LogFn {
  (fields: object, message?: string): void;
  (message: string): void;
}

export interface Logger extends Record<LogLevel, LogFn> {
  /** Lowest severity that is logged; can be set. */
  level: string;
  child(fields: Record<string, unknown>): Logger;
  isLevelEnabled(level: LogLevel): boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** @default standard error */
  readonly destination?: DestinationStream;
  /** @default colours on a terminal, unless NO_COLOR is set. */
  readonly color?: boolean;
}

/**
 * One JSON object per line (`level` as text, `time` in ISO 8601, `msg`, fields),
 * or the same for people. pino-pretty is loaded only for the latter.
 */
export async function createLogger(options: LogOptions): Promise<Logger> {
  const destination = options.destination ?? standardError({ onDropped: (lines) => logger.warn({ lines }, 'log lines were dropped because nobody read them') });
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      // The level can change while it runs.
      serializers: { err: (error: unknown) => errorFields(error, logger.isLevelEnabled('debug')) },
    },
    options.format === 'pretty' ? await prettyStream(destination, options.color) : jsonStream(destination),
  );
  return logger;
}

/** The fields of an error in a log line. Stacks only at debug and trace, for developers. */
export function errorFields(error: unknown, stack: boolean): Record<string, unknown> {
  const fields: Record<string, unknown> = { message: messageOf(error) };
  const code = codeOf(error);
  if (code !== undefined) fields['code'] = code;
  if (error instanceof ConnwatchError && error.hint) fields['hint'] = error.hint;
  if (!stack) return fields;
  const { cause, stack: trace } = asError(error);
  if (cause !== undefined) fields['cause'] = errorFields(cause, stack);
  if (trace !== undefined) fields['stack'] = trace;
  return fields;
}

function messageOf(error: unknown): string {
  return error instanceof ConnwatchError ? error.message : oneLine(error);
}

// JSON.stringify does not escape DEL and C1, and terminals interpret C1.
function jsonStream(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(line.replace(/[\u007f-\u009f]/g, unicodeEscape)) };
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

async function prettyStream(destination: DestinationStream, color?: boolean): Promise<DestinationStream> {
  const { prettyFactory } = await import('./pretty.ts');
  const prettify = prettyFactory({
    colorize: color ?? (process.stderr.isTTY === true && !process.env['NO_COLOR']),
    translateTime: 'HH:MM:ss.l',
    singleLine: true,
    errorLikeObjectKeys: [],
  });
  return { write: (line) => destination.write(prettify(showControls(line)) ?? line) };
}

/**
 * Turns control characters in the strings of a JSON line into visible `\xHH`. Keeps
 * newlines and tabs, which stacks need. The first alternative skips escaped backslashes,
 * so that the text `\u001b` does not change.
 */
export function showControls(line: string): string {
  return line.replace(/\\\\|\\u00([01][0-9a-f])|\\([bfr])|[\u007f-\u009f]/g, (match, code?: string, short?: string) => {
    if (match === '\\\\') return match;
    if (code !== undefined) return `\\\\x${code}`;
    if (short !== undefined) return `\\\\x${{ b: '08', f: '0c', r: '0d' }[short]}`;
    return `\\\\x${match.charCodeAt(0).toString(16)}`;
  });
}
