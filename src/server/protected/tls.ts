import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { SecureServer } from '../limited/server.ts';
import type { ClientAuth, Protection } from './protection.ts';

const HANDSHAKE_MS = 5_000;

/** Makes a server for each set of certificates. Connections of an earlier server keep theirs. */
export function secureServer(protection: () => Protection): SecureServer {
  let made: { readonly tls: Protection['tls']; readonly server: Server } | undefined;
  return (options, onRequest) => {
    const { tls } = protection();
    if (tls === undefined) return undefined;
    if (made?.tls !== tls) made = { tls, server: create(tls, options, onRequest) };
    return made.server;
  };
}

function create({ options, clientAuth }: NonNullable<Protection['tls']>, http: ServerOptions, onRequest: RequestListener): Server {
  const server = createServer(
    {
      ...http,
      ...options,
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'require-and-verify',
    },
    onRequest,
  );
  server.on('secureConnection', (socket) => {
    if (!accepts(clientAuth, socket)) socket.destroy();
  });
  // A failed handshake closes the connection. It is the client's problem, so it is not logged.
  server.on('tlsClientError', () => {});
  return server;
}

function accepts(clientAuth: ClientAuth, socket: TLSSocket): boolean {
  const given = () => socket.getPeerX509Certificate() !== undefined;
  if (clientAuth === 'require-any') return given();
  return clientAuth !== 'verify-if-given' || socket.authorized || !given();
}
