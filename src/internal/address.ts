import { isIPv4, isIPv6 } from 'node:net';
import { Invalid } from './invalid.ts';

/** A listen address. No host: every interface. Port 0: any free port. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const FORMS = 'expected host:port, such as :9090, 127.0.0.1:9090, [::1]:9090 or localhost:0';

/** @throws Invalid with the problem */
export function parseAddress(text: string): ListenAddress {
  if (text === '') throw new Invalid(`it is empty; ${FORMS}`);
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.endsWith(']')) throw new Invalid(`it has no port; ${FORMS}`);
  // isIPv6 of Node.js compiles a regular expression at its first call, which takes 6 ms.
  if (text.indexOf(':') !== colon && isIPv6(text)) throw new Invalid(`an IPv6 address needs brackets and a port: ${bracketed(text, colon)}`);
  return { host: parseHost(text.slice(0, colon)), port: parsePort(text.slice(colon + 1)) };
}

/** `::1:9090` is an address too, but hardly meant. */
function bracketed(text: string, colon: number): string {
  const [host, port] = [text.slice(0, colon), text.slice(colon + 1)];
  return isIPv6(host) && /^\d{4,5}$/.test(port) ? `[${host}]:${port}` : `[${text}]:9090`;
}

function parsePort(text: string): number {
  if (text === '') throw new Invalid(`it has no port after the colon; ${FORMS}`);
  if (!/^\d+$/.test(text)) throw new Invalid(`the port '${text}' is not a number`);
  const port = Number(text);
  if (port > 65535) throw new Invalid(`the port ${text} is above 65535`);
  return port;
}

function parseHost(host: string): string | undefined {
  if (host === '' || host === '*') return undefined;
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    if (!isIPv6(inner)) throw new Invalid(`'${inner}' in brackets is not an IPv6 address`);
    return inner;
  }
  if (host.includes(':')) throw new Invalid(`an IPv6 address needs brackets: [${host}]`);
  if (isIPv4(host) || isHostName(host)) return host;
  throw new Invalid(`'${host}' is neither an IP address nor a host name`);
}

/** RFC 1123, with underscores, which resolvers allow. Only digits and dots is a mistyped IPv4 address. */
function isHostName(host: string): boolean {
  if (host.length > 253 || /^[\d.]+$/.test(host)) return false;
  return host.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}

/** host:port, for parseAddress: IPv6 in brackets. */
export function formatAddress(address: { readonly host: string | undefined; readonly port: number }): string {
  const host = address.host ?? '';
  return host.includes(':') ? `[${host}]:${address.port}` : `${host}:${address.port}`;
}
