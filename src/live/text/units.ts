/** `0.05 ms`, `12 ms`, `2.5 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.0095) return `${trim((seconds * 1000).toFixed(2))} ms`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${trim(seconds.toFixed(seconds < 9.995 ? 2 : 1))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return two(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return two(whole, 3600, 'h', 60, 'min');
  return two(whole, 86_400, 'd', 3600, 'h');
}

function two(value: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((value % large) / small);
  return `${Math.floor(value / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** `77 B`, `1.2 kB`, `34 MB`: powers of 1000. */
export function bytes(count: number): string {
  return `${scaled(count, ' ')}B`;
}

/** `77`, `1.2k`, `34M`. */
export function short(count: number): string {
  return scaled(count, '');
}

function scaled(count: number, space: string): string {
  let [value, prefix] = [count, 0];
  while (value >= 999.5 && prefix < PREFIXES.length - 1) [value, prefix] = [value / 1000, prefix + 1];
  const digits = prefix > 0 && value < 9.95 ? 1 : 0;
  return `${trim(value.toFixed(digits))}${space}${PREFIXES[prefix]}`;
}

function trim(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

// C0, DEL, C1, and what changes the direction of text or breaks lines.
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A name on one line of a terminal, whatever is in it. */
export function safe(name: string): string {
  return name.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
