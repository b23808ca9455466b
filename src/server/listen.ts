import type { AddressInfo, Server } from 'node:net';
import { formatAddress, parseAddress } from '../internal/address.ts';
import { ConnwatchError, asError, codeOf, oneLine } from '../internal/errors.ts';
import type { ServerName } from './config.ts';

/** The address of a server. `text` is host:port, IPv6 in brackets. */
export interface BoundAddress extends AddressInfo {
  readonly text: string;
}

/**
 * Binds `server` to `addr` (host:port). Without a host it listens on every interface,
 * for IPv6 and IPv4 in one socket, or for IPv4 only if the kernel has no IPv6.
 * @throws (rejects) ConnwatchError that names the address and its flag.
 */
export async function listen(server: Server, name: ServerName, addr: string): Promise<BoundAddress> {
  try {
    const { host, port } = parseAddress(addr);
    await bind(server, host, port);
  } catch (error) {
    throw listenError(asError(error), name, addr);
  }
  const info = server.address() as AddressInfo;
  return { ...info, text: formatAddress({ host: info.address, port: info.port }) };
}

// Node.js has this fall-back too, but uses it after any error: if the port is in use on
// IPv6, it would silently listen on IPv4 only.
const NO_IPV6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT'];

async function bind(server: Server, host: string | undefined, port: number): Promise<void> {
  if (host !== undefined) return await bindTo(server, { host, port });
  try {
    await bindTo(server, { host: '::', port, ipv6Only: false });
  } catch (error) {
    if (!NO_IPV6.includes(codeOf(error) ?? '')) throw error;
    await bindTo(server, { host: '0.0.0.0', port });
  }
}

function bindTo(server: Server, options: { host: string; port: number; ipv6Only?: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      server.off('error', onError);
      server.off('listening', onListening);
      then();
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onListening = () => settle(resolve);
    server.on('error', onError);
    server.on('listening', onListening);
    server.listen({ ...options, backlog: 128 });
  });
}

function listenError(cause: Error, name: ServerName, addr: string): ConnwatchError {
  const flag = `--${name}-addr`;
  const what = `cannot serve ${name} on ${addr} (${flag})`;
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new ConnwatchError(`${what}: the port is in use.`, {
        code: 'CW_PORT_IN_USE',
        hint: `Stop the program that listens there ('ss -ltnp' shows it), or choose another port with ${flag}.`,
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new ConnwatchError(`${what}: permission denied.`, {
        code: 'CW_PERMISSION',
        hint: `Ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one with ${flag}.`,
        cause,
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new ConnwatchError(`${what}: this machine has no such address (${codeOf(cause)}).`, {
        code: 'CW_ADDRESS',
        hint: `Set ${flag} to an address of this machine, or only to a port such as :9090.`,
        cause,
      });
    case undefined:
      return new ConnwatchError(`${what}: ${oneLine(cause)}.`, { code: 'CW_CONFIG', hint: `Correct ${flag}.`, cause });
    default:
      return new ConnwatchError(`${what}: ${oneLine(cause)}.`, { code: 'CW_SERVER', cause });
  }
}
