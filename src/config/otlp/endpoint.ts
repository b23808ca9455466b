import { decoded } from './headers.ts';
import type { Variable, Variables } from './variables.ts';

export interface Endpoint {
  /** Scheme, host and port; of plain text always with the port. */
  readonly shown: string;
  /** Path of a unix socket, which then takes the place of host and port. */
  readonly socket: string | undefined;
  /** The whole address of requests over HTTP, without user info; undefined with gRPC. Its path and query may be secret. */
  readonly url: string | undefined;
  /** No TLS. */
  readonly plain: boolean;
  /** User info: it is not sent either. */
  readonly secrets: readonly string[];
}

const DEFAULT: Endpoint = { shown: 'http://localhost:4317', socket: undefined, url: undefined, plain: true, secrets: [] };
const EXAMPLE = 'such as http://collector:4317';

/** The endpoint as the gRPC exporter understands it; no scheme means https, unless INSECURE is true. Never says its text, which may hold a password. */
export function otlpEndpoint(variables: Variables): Endpoint {
  const insecure = variables.signalChoice('INSECURE', ['true', 'false']) === 'true';
  const variable = variables.signal('ENDPOINT');
  if (variable === undefined) return DEFAULT;
  const problem = (why: string): Endpoint => {
    variables.problems.push(`invalid value for ${variable.name}: ${why}`);
    return DEFAULT;
  };
  if (/^unix:/i.test(variable.text)) {
    // As it stands: gRPC takes the path so, without decoding a %.
    const path = /^unix:\/\/(\/.+)$/.exec(variable.text)?.[1];
    return path === undefined ? problem('a unix socket must be written unix:///path, with an absolute path') : { shown: 'a unix socket', socket: path, url: undefined, plain: insecure, secrets: [] };
  }
  const { url, port, schemeless } = parse(variable);
  if (url === undefined) return problem(`it is not a URL ${EXAMPLE}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return problem(`it does not begin with http://, https:// or unix://`);
  // gRPC would take 443, whatever the scheme.
  if (url.protocol === 'http:' && port === '') return problem(`it has no port; add one, ${EXAMPLE}`);
  if (port === '0') return problem(`it has port 0, which cannot be reached; use another one, ${EXAMPLE}`);
  const plain = url.protocol === 'http:' || (schemeless && insecure);
  const shown = plain ? `http://${url.hostname}:${port || '443'}` : `https://${url.host}`;
  return { shown, socket: undefined, url: undefined, plain, secrets: userInfo(url) };
}

/** Encoded and decoded. */
export function userInfo({ username, password }: URL): string[] {
  return [username, password].filter((part) => part !== '').flatMap((part) => [part, decoded(part) ?? part]);
}

interface Parsed {
  readonly url: URL | undefined;
  /** As it is written; empty when it is not. */
  readonly port: string;
  readonly schemeless: boolean;
}

function parse({ text }: Variable): Parsed {
  const schemeless = !/^\w{1,8}:\/\//.test(text);
  const full = schemeless ? `https://${text}` : text;
  if (!URL.canParse(full)) return { url: undefined, port: '', schemeless };
  const url = new URL(full);
  // A URL drops the port of its scheme: one of http drops 80, which one of https keeps.
  return { url, port: url.port || new URL(full.replace(/^http:/i, 'https:')).port, schemeless };
}
