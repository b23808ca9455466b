import type { Variables } from './variables.ts';

/** A parsed list of headers. */
export interface Headers {
  /** Names and values as sent. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Texts that must not appear in a log: values, encoded and decoded, their words, and decoded Basic credentials. */
  readonly secrets: readonly string[];
  /** Reasons why entries are invalid, without their text. */
  readonly problems: readonly string[];
}

/** Refuses entries that the exporter would silently ignore, or whose value it would put into an error. */
export function checkHeaders(variables: Variables): Headers[] {
  return variables.signals('HEADERS').map(({ name, text }) => {
    const headers = parseHeaders(text.split(','));
    variables.problems.push(...headers.problems.map((problem) => `invalid value for ${name}: ${problem}`));
    return headers;
  });
}

/** @param entries `name=value`, percent-encoded, as OpenTelemetry specifies; empty ones are ignored */
export function parseHeaders(entries: readonly string[]): Headers {
  const pairs: [string, string][] = [];
  const secrets: string[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.trim() === '') continue;
    const problem = why(entry);
    if (problem !== undefined) problems.push(`${problem} (entry ${index + 1} of the list)`);
    const equals = entry.indexOf('=');
    const [name, raw] = [entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()];
    const value = decoded(raw) ?? raw;
    pairs.push([decoded(name) ?? name, value]);
    secrets.push(raw, value, ...value.split(/\s+/), ...basic(value));
  }
  return { pairs, secrets, problems };
}

/** `user:password` and the password of Basic credentials (RFC 7617), because a server that refuses them has decoded them. */
function basic(value: string): string[] {
  const encoded = /^basic\s+(\S+)$/i.exec(value)?.[1];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  return [pair, pair.slice(pair.indexOf(':') + 1)];
}

/** Headers of the connection (RFC 9113, 8.2.2) or of the request. With one of them every push would fail without a reason. */
const OF_HTTP2 = new Set(
  'connection keep-alive proxy-connection transfer-encoding upgrade http2-settings te host content-length'.split(' '),
);

/** The exporters replace them by their own. */
const OF_EXPORTER = /^(user-agent|content-type|content-encoding|accept-encoding)$/;

/** gRPC's PROTOCOL-HTTP2.md. These rules apply to http/protobuf too: one file with headers may serve both protocols. */
const OF_GRPC = /^grpc-/;

function why(entry: string): string | undefined {
  const equals = entry.indexOf('=');
  if (equals < 0) return 'an entry is not name=value';
  const [name, value] = [entry.slice(0, equals), entry.slice(equals + 1)].map((part) => decoded(part.trim()));
  if (name === undefined || value === undefined) return 'a % is not followed by two hexadecimal digits';
  const sent = name.toLowerCase();
  if (OF_HTTP2.has(sent) || /^:\w+$/.test(sent)) return `${sent} is a header that HTTP/2 reserves`;
  if (OF_EXPORTER.test(sent)) return `${sent} is a header that the exporter sets itself`;
  if (OF_GRPC.test(sent)) return `${sent} is a header that gRPC reserves`;
  if (!/^[\w.-]+$/.test(name)) return 'a name is empty or has characters that gRPC does not allow';
  if (sent.endsWith('-bin')) return 'a name ends in -bin, which means binary data in gRPC';
  if (!/^[ -~]+$/.test(value)) return 'a value is empty or has characters that gRPC does not allow';
  return undefined;
}

/** Percent-decoded; undefined: invalid. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
