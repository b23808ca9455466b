import type { Variables } from './otlp-variables.ts';

/**
 * Refuses what the exporter would leave out silently, or throw about with the
 * value in the message.
 * @returns what must not be in any log: the values, as they stand and as they are sent, and their words
 */
export function checkHeaders(variables: Variables): string[] {
  return variables.signals('HEADERS').flatMap(({ name, text }) =>
    text.split(',').flatMap((entry, index) => {
      if (entry.trim() === '') return [];
      const problem = why(entry);
      if (problem !== undefined) variables.problems.push(`invalid value for ${name}: ${problem} (entry ${index + 1} of its list)`);
      const raw = entry.slice(entry.indexOf('=') + 1).trim();
      const value = decoded(raw) ?? raw;
      return [raw, value, ...value.split(/\s+/)];
    }),
  );
}

function why(entry: string): string | undefined {
  const equals = entry.indexOf('=');
  if (equals < 0) return 'an entry is not name=value';
  const [name, value] = [entry.slice(0, equals), entry.slice(equals + 1)].map((part) => decoded(part.trim()));
  if (name === undefined || value === undefined) return 'a % is not followed by two hexadecimal digits';
  if (!/^[\w.-]+$/.test(name)) return 'a name is empty or has characters that gRPC does not allow';
  if (name.toLowerCase().endsWith('-bin')) return 'a name ends in -bin, which stands for bytes in gRPC';
  if (!/^[ -~]+$/.test(value)) return 'a value is empty or has characters that gRPC does not allow';
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
