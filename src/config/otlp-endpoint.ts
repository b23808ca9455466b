import type { Variable, Variables } from './otlp-variables.ts';

export interface Endpoint {
  /** Scheme, host and port. */
  readonly shown: string;
  /** Path of a unix socket, which then takes the place of host and port. */
  readonly socket: string | undefined;
  /** No TLS. */
  readonly plain: boolean;
  /** User info: it is not sent either. */
  readonly secrets: readonly string[];
}

const DEFAULT: Endpoint = { shown: 'http://localhost:4317', socket: undefined, plain: true, secrets: [] };
const EXAMPLE = 'such as http://collector:4317';

/** The endpoint as the exporter understands it; no scheme means https, unless INSECURE is true. Never says its text, which may hold a password. */
export function otlpEndpoint(variables: Variables): Endpoint {
  const insecure = variables.signalChoice('INSECURE', ['true', 'false']) === 'true';
  const variable = variables.signal('ENDPOINT');
  if (variable === undefined) return DEFAULT;
  const problem = (why: string): Endpoint => {
    variables.problems.push(`invalid value for ${variable.name}: ${why}`);
    return DEFAULT;
  };
  const { url, schemeless } = parse(variable);
  if (url === undefined) return problem(`it is not a URL ${EXAMPLE}`);
  if (url.protocol === 'unix:') return { shown: 'a unix socket', socket: url.pathname, plain: insecure, secrets: [] };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return problem(`it begins neither with http:// nor with https://, nor with unix://`);
  // The exporter takes URL.host, and gRPC then port 443.
  if (url.protocol === 'http:' && url.port === '') return problem(`it names no port, or port 80, which the exporter cannot use; write one ${EXAMPLE}`);
  const info = [url.username, url.password].filter((part) => part !== '');
  const plain = url.protocol === 'http:' || (schemeless && insecure);
  return { shown: `${plain ? 'http:' : 'https:'}//${url.host}`, socket: undefined, plain, secrets: info.flatMap((part) => [part, decoded(part)]) };
}

function parse({ text }: Variable): { readonly url: URL | undefined; readonly schemeless: boolean } {
  const schemeless = !/^\w{1,8}:\/\//.test(text);
  const url = schemeless ? `https://${text}` : text;
  return { url: URL.canParse(url) ? new URL(url) : undefined, schemeless };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
