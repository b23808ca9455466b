import { type Endpoint, userInfo } from './endpoint.ts';
import type { Variables } from './variables.ts';

const EXAMPLE = 'such as http://collector:4318';

/**
 * The endpoint of OTLP over HTTP, by OpenTelemetry's specification: the signal's own
 * endpoint is used as it is, and the general one is a base to which the signal's path is
 * added. Never says its text, which may hold a password or a token.
 */
export function httpEndpoint(variables: Variables): Endpoint {
  const variable = variables.signal('ENDPOINT');
  if (variable === undefined) return endpointOf(new URL(`http://localhost:4318${variables.path}`));
  const problem = (why: string): Endpoint => {
    variables.problems.push(`invalid value for ${variable.name}: ${why}`);
    return endpointOf(new URL(`http://localhost:4318${variables.path}`));
  };
  if (/^unix:/i.test(variable.text)) return problem('a unix socket needs the protocol grpc');
  if (!/^https?:\/\//i.test(variable.text)) return problem('it does not begin with http:// or https://, which http/protobuf needs');
  if (!URL.canParse(variable.text)) return problem(`it is not a URL ${EXAMPLE}`);
  const url = new URL(variable.text);
  if (url.port === '0') return problem(`it has port 0, which cannot be reached; use another one, ${EXAMPLE}`);
  if (!variables.isOfSignal(variable)) url.pathname = url.pathname.replace(/\/$/, '') + variables.path;
  return endpointOf(url);
}

function endpointOf(given: URL): Endpoint {
  const url = new URL(given);
  [url.username, url.password, url.hash] = ['', '', ''];
  const plain = url.protocol === 'http:';
  // Like gRPC's, always with the port when it is plain text.
  const shown = plain && url.port === '' ? `http://${url.hostname}:80` : url.origin;
  const query = [...url.searchParams.values()].flatMap((value) => [value, encodeURIComponent(value)]);
  return { shown, socket: undefined, url: url.href, plain, secrets: [...userInfo(given), ...query] };
}
