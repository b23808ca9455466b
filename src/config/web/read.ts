import { dirname } from 'node:path';
import { Invalid } from '../../internal/invalid.ts';
import { type ReadFile, readTls, type WebTls } from './tls.ts';
import { Walk, type Place } from './walk.ts';

/** What the file of --web-config-file asks for. */
export interface WebConfig {
  /** Undefined: HTTP without TLS. */
  readonly tls: WebTls | undefined;
  /** Added to every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes of passwords by user. None: no user and password is asked for. */
  readonly users: ReadonlyMap<string, string>;
}

/**
 * The format of Prometheus' exporter toolkit:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 * @throws Invalid with every problem. No hash and no key is in its message.
 */
export function readWebConfig(path: string, read: ReadFile): WebConfig {
  const walk = new Walk(decode(read(path)));
  const top = walk.entries(walk.root, ['tls_server_config', 'http_server_config', 'basic_auth_users']);
  const section = <T>(name: string, use: (place: Place) => T): T | undefined => {
    const place = top.get(name);
    return place && use(place);
  };
  const config = {
    headers: section('http_server_config', (place) => readHttp(walk, place)) ?? {},
    users: section('basic_auth_users', (place) => readUsers(walk, place)) ?? new Map<string, string>(),
    tls: section('tls_server_config', (place) => readTls(walk, place, dirname(path), read)),
  };
  // A hash may stand where a name should.
  if (walk.problems.length > 0) throw new Invalid(walk.problems.join('; ').replaceAll(HASHES, '<hash>'));
  return config;
}

const HASHES = /\$\d+\$[./A-Za-z0-9]+/g;

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Invalid('it is not UTF-8 text');
  }
}

/** The headers that the format knows, and which values they take. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  'Content-Security-Policy': /^[\x20-\x7e]+$/,
  'Strict-Transport-Security': /^[\x20-\x7e]+$/,
  'X-Content-Type-Options': /^nosniff$/i,
  'X-Frame-Options': /^(deny|sameorigin)$/i,
  'X-XSS-Protection': /^[\x20-\x7e]+$/,
};

function readHttp(walk: Walk, place: Place): Record<string, string> {
  const at = walk.entries(place, ['http2', 'headers']);
  // Responses are HTTP/1.1, which every client of HTTP/2 over TLS speaks too.
  walk.boolean(at.get('http2'));
  const headers: Record<string, string> = {};
  for (const [name, entry] of walk.entries(at.get('headers') ?? { node: undefined, label: '' }, Object.keys(HEADERS))) {
    const value = walk.text(entry) ?? '';
    if (value === '') continue;
    if (HEADERS[name]!.test(value)) headers[name] = value;
    else walk.invalid(entry, `'${value}' is not a value of this header`);
  }
  return headers;
}

const HASH = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** A comparison at cost 14 takes more than a second, and each step doubles it. */
const MAX_COST = 14;

function readUsers(walk: Walk, place: Place): Map<string, string> {
  const users = new Map<string, string>();
  for (const [name, entry] of walk.entries(place)) {
    const hash = walk.text(entry) ?? '';
    const cost = Number(HASH.exec(hash)?.[1] ?? Number.NaN);
    // RFC 7617: a user name ends at the first colon.
    if (name === '' || name.includes(':')) walk.invalid(entry, 'a user name must not be empty or contain a colon');
    else if (Number.isNaN(cost)) walk.invalid(entry, 'it is not a bcrypt hash ($2a$, $2b$ or $2y$)');
    else if (cost < 4 || cost > MAX_COST) walk.invalid(entry, `the cost of the bcrypt hash is ${cost}; it must be 4 to ${MAX_COST}`);
    else users.set(name, hash);
  }
  return users;
}
