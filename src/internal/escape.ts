/**
 * Turns bytes (a process name, a file name) into text that is safe in a terminal, a log
 * line and a metric label. Different inputs never give the same text:
 *
 * - valid UTF-8 is kept, including newlines;
 * - a byte outside valid UTF-8 becomes `\xHH`;
 * - control characters other than newline (C0, DEL, C1), and those that break
 *   lines or turn the direction of text (U+2028 to U+202E, U+2066 to U+2069),
 *   become the `\xHH` of their UTF-8 bytes;
 * - a backslash stays, unless `x` and two hexadecimal digits follow it in the
 *   input: then it becomes `\x5c`, which keeps the text `\xff` apart from the
 *   byte 0xff.
 */
export function printable(bytes: Uint8Array): string {
  if (!isPlain(bytes)) return escapeAll(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return false;
  return true;
}

function escapeAll(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      out += hex(bytes[i]!);
      i += 1;
      continue;
    }
    const code = codePoint(bytes, i, length);
    if (isControl(code) || (code === BACKSLASH && looksEscaped(bytes, i))) {
      for (let k = 0; k < length; k++) out += hex(bytes[i + k]!);
    } else {
      out += String.fromCodePoint(code);
    }
    i += length;
  }
  return out;
}

/**
 * Length of the well-formed UTF-8 sequence that begins at `i`, 0 if there is
 * none. The ranges of the second byte (table 3-7 of the Unicode standard) keep
 * out overlong forms, surrogates and what is above U+10FFFF.
 */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const second = bytes[i + 1] ?? 0;
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && isTail(bytes[i + 2]) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high && isTail(bytes[i + 2]) && isTail(bytes[i + 3]) ? 4 : 0;
  }
  return 0;
}

function isTail(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const LEAD_MASK = [0, 0x7f, 0x1f, 0x0f, 0x07];

function codePoint(bytes: Uint8Array, i: number, length: number): number {
  let code = bytes[i]! & LEAD_MASK[length]!;
  for (let k = 1; k < length; k++) code = (code << 6) | (bytes[i + k]! & 0x3f);
  return code;
}

function isControl(code: number): boolean {
  return code !== NEWLINE && (code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069));
}

function looksEscaped(bytes: Uint8Array, i: number): boolean {
  return bytes[i + 1] === 0x78 && isHexDigit(bytes[i + 2]) && isHexDigit(bytes[i + 3]);
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
