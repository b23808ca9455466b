// Durations and sizes as people write them.
import { Invalid } from '../internal/invalid.ts';

export const DURATION = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const DURATION_UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/**
 * `500ms`, `5s`, `1m30s`, `2h`, `0` to milliseconds.
 * @throws Invalid whose message says what is wrong.
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (/^\d+(\.\d+)?$/.test(text)) throw new Invalid(`it has no unit; write ${text}s for seconds`);
  const parts = DURATION.exec(text);
  if (parts === null || text === '') throw new Invalid('it is not a duration such as 500ms, 5s or 1m30s');
  let total = 0;
  DURATION_UNITS.forEach(([, factor], i) => (total += Number(parts[i + 1] ?? 0) * factor));
  // Binary floating point: 0.3s is 300 ms only after rounding.
  const whole = Math.round(total);
  if (Math.abs(total - whole) > 1e-6) throw new Invalid('it is not a whole number of milliseconds');
  return whole;
}

/** The shortest text from which parseDuration reads the same value. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [unit, factor] of DURATION_UNITS) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text || '0s';
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(B|Ki?B?|Mi?B?|Gi?B?)?$/i;
/** Sizes with a unit of 1024 in its usual case, for JSON Schema, whose patterns have no flags. */
export const SIZE_PATTERN = '^\\d+(\\.\\d+)?([KMG]iB?|B)?$';
const SIZE_UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

/**
 * `4096`, `64KiB`, `8MiB`, `8Mi`, `1GiB` to bytes.
 * @throws Invalid whose message says what is wrong.
 */
export function parseSize(text: string): number {
  const [, number, unit = ''] = SIZE.exec(text) ?? [];
  if (number === undefined) throw new Invalid('it is not a size such as 64KiB or 8MiB');
  if (/^[kmg]b?$/i.test(unit)) {
    throw new Invalid(`'${unit}' may mean 1000 or 1024; write ${number}${unit[0]!.toUpperCase()}iB for 1024`);
  }
  const factor = SIZE_UNITS.find(([name]) => name[0] === unit[0]?.toUpperCase())?.[1] ?? 1;
  const bytes = Number(number) * factor;
  if (!Number.isInteger(bytes)) throw new Invalid('it is not a whole number of bytes');
  return bytes;
}

/** The shortest text from which parseSize reads the same value. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of SIZE_UNITS) if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return `${bytes}B`;
}
