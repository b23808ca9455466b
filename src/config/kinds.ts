import * as z from 'zod/mini';
import { parseAddress } from '../internal/address.ts';
import { oneLine } from '../internal/errors.ts';
import { Invalid } from '../internal/invalid.ts';
import { didYouMean } from './nearest.ts';
import { DURATION, SIZE_PATTERN, formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The type of a setting's value. Every source gives text, so a value means the same in all of them. */
export interface Kind<T> {
  /** Placeholder of the value in --help: `<duration>`. */
  readonly placeholder: string;
  /** Allowed values, for the documentation. */
  readonly allowed: string;
  readonly schema: z.ZodMiniType<T, string>;
  /**
   * JSON Schema for the chart's values (draft 7, RE2 patterns). It may accept values
   * that `schema` refuses, such as a duration that is too long; then the agent refuses
   * them.
   */
  readonly json: JsonSchema;
  /** Text from which the schema reads the same value. */
  format(value: T): string;
  /**
   * Text for a map or a list in the file; undefined: the file has single values only.
   * @throws Invalid whose message says what is wrong.
   */
  readonly fromFile?: (value: unknown) => string;
}

/** A schema from a function that throws an Error with the reason. */
export function fromText<T>(parse: (text: string) => T): z.ZodMiniType<T, string> {
  return z.pipe(
    z.string(),
    z.transform((text, context): T => {
      try {
        if (text === '') throw new Invalid('it is empty');
        return parse(text);
      } catch (error) {
        context.issues.push({ code: 'custom', message: oneLine(error), input: text });
        return z.NEVER;
      }
    }),
  );
}

function between(value: number, min: number, max: number, format: (value: number) => string): number {
  if (value < min) throw new Invalid(`it is below ${format(min)}`);
  if (value > max) throw new Invalid(`it is above ${format(max)}`);
  return value;
}

// No port 0 in the chart: Service, probes and NetworkPolicy need to know the port.
const PORT = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
const ADDRESS = `^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9_.-]*|\\*):${PORT}$`;

/** host:port, kept as text. */
export function address(): Kind<string> {
  return {
    placeholder: '<host:port>',
    allowed: '`host:port` or `:port`; IPv6 in brackets; port 0 takes a free port; no host is every interface',
    schema: fromText((text) => (parseAddress(text), text)),
    json: { type: 'string', pattern: ADDRESS },
    format: (value) => value,
  };
}

/** Milliseconds. */
export function duration({ min, max }: { min: number; max: number }): Kind<number> {
  return {
    placeholder: '<duration>',
    allowed: `duration, ${formatDuration(min)} to ${formatDuration(max)}`,
    schema: fromText((text) => between(parseDuration(text), min, max, formatDuration)),
    json: { type: 'string', minLength: 1, pattern: DURATION.source },
    format: formatDuration,
  };
}

/** Bytes: a power of two, as the kernel requires for a ring buffer. */
export function powerOfTwoSize({ min, max }: { min: number; max: number }): Kind<number> {
  const parse = (text: string) => {
    const bytes = between(parseSize(text), min, max, formatSize);
    if (!Number.isInteger(Math.log2(bytes))) {
      const below = 2 ** Math.floor(Math.log2(bytes));
      throw new Invalid(`it is not a power of two; the nearest are ${formatSize(below)} and ${formatSize(below * 2)}`);
    }
    return bytes;
  };
  return {
    placeholder: '<size>',
    allowed: `size, a power of two, ${formatSize(min)} to ${formatSize(max)}`,
    schema: fromText(parse),
    json: { type: ['string', 'integer'], pattern: SIZE_PATTERN, minimum: min, maximum: max },
    format: formatSize,
  };
}

export function integer({ min, max }: { min: number; max: number }): Kind<number> {
  const parse = (text: string) => {
    if (!/^[+-]?\d+$/.test(text)) throw new Invalid('it is not a whole number');
    return between(Number(text), min, max, String);
  };
  return {
    placeholder: '<number>',
    allowed: `whole number, ${min} to ${max}`,
    schema: fromText(parse),
    json: { type: 'integer', minimum: min, maximum: max },
    format: String,
  };
}

export function boolean(): Kind<boolean> {
  const parse = (text: string) => {
    if (text !== 'true' && text !== 'false') throw new Invalid("it is neither 'true' nor 'false'");
    return text === 'true';
  };
  return {
    placeholder: '[true|false]',
    allowed: '`true` or `false`',
    schema: fromText(parse),
    json: { type: 'boolean' },
    format: String,
  };
}

/** One of a few words. */
export function choice<const T extends string>(placeholder: string, choices: readonly T[]): Kind<T> {
  const parse = (text: string) => {
    const found = choices.find((one) => one === text);
    if (found === undefined) throw new Invalid(`it is not one of ${choices.join(', ')}${didYouMean(text, choices, (one) => `'${one}'`)}`);
    return found;
  };
  return {
    placeholder,
    allowed: choices.map((one) => `\`${one}\``).join(', '),
    schema: fromText(parse),
    json: { type: 'string', enum: choices },
    format: (value) => value,
  };
}

/** A file's path; undefined: no file. */
export function path(): Kind<string | undefined> {
  return {
    placeholder: '<file>',
    allowed: 'path of a file',
    schema: fromText<string | undefined>((text) => text),
    json: { type: 'string', minLength: 1 },
    format: (value) => value ?? '',
  };
}

/** Text of one form. undefined: not set. @param pattern for RE2 too */
export function text(placeholder: string, allowed: string, pattern: RegExp): Kind<string | undefined> {
  return {
    placeholder,
    allowed,
    schema: fromText<string | undefined>((given) => {
      if (!pattern.test(given)) throw new Invalid(`it is not a ${allowed.replaceAll('`', '')}`);
      return given;
    }),
    json: { type: 'string', pattern: pattern.source },
    format: (value) => value ?? '',
  };
}

/** Path of a Unix socket; undefined: none. */
export function socketPath(): Kind<string | undefined> {
  const parse = (text: string) => {
    if (text === 'off') return undefined;
    if (!text.startsWith('/')) throw new Invalid('it is neither an absolute path nor off');
    // sun_path of unix(7)
    if (Buffer.byteLength(text) > 107) throw new Invalid('it is longer than 107 bytes');
    return text;
  };
  return {
    placeholder: '<path>',
    allowed: 'absolute path, or `off`',
    schema: fromText<string | undefined>(parse),
    json: { type: 'string', pattern: '^(/.*|off)$' },
    format: (value) => value ?? 'off',
  };
}
