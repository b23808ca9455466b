import type { ByteWriter } from './bytes.ts';

export function writeNumber(out: ByteWriter, value: number): void {
  if (value >= 0 && value < 1e9 && value === (value | 0)) out.digits(value);
  else out.ascii(numberText(value));
}

/** Exact text: integers below 1e21 without an exponent, others as the shortest text with the same value. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '0' : String(value);
}

/**
 * A bucket's bound. It is a label, so its text matters: it is the text of Go (`5e-05`), which the
 * Collector's prometheus exporter writes too.
 */
export function leText(bound: number): string {
  const text = bound.toExponential();
  const exponent = Number(text.split('e')[1]);
  return exponent < -4 ? text.replace(/-(\d)$/, '-0$1') : numberText(bound);
}
