import type { ByteWriter } from './bytes.ts';

export function writeNumber(out: ByteWriter, value: number): void {
  if (value >= 0 && value < 1e9 && value === (value | 0)) out.digits(value);
  else out.ascii(numberText(value));
}

/** Exact: integers below 1e21 come without exponent, the rest as the shortest text that reads back as the same number. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '0' : String(value);
}

/**
 * A bucket's bound, which is a label and so a text that is compared: as Go writes it
 * (`5e-05`), because that is how a Collector's prometheus exporter has it.
 */
export function leText(bound: number): string {
  const text = bound.toExponential();
  const exponent = Number(text.split('e')[1]);
  return exponent < -4 ? text.replace(/-(\d)$/, '-0$1') : numberText(bound);
}
