import { connect as connectHttp2, type ClientHttp2Session, type SecureClientSessionOptions } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { OtlpTarget } from '../../config/index.ts';
import { asError, codeOf } from '../../internal/errors.ts';
import type { Collector } from '../types.ts';
import { tryHttp } from './collector-http.ts';
import { defined, reason } from './collector-reason.ts';

/** Destinations of the pushes; undefined: not pushed. */
export interface Targets {
  readonly metrics: OtlpTarget | undefined;
  readonly logs: OtlpTarget | undefined;
}

const PATIENCE = 3000;

/** Connects to each collector like the exporter, and pushes nothing. */
export async function tryCollectors({ metrics, logs }: Targets, patience = PATIENCE): Promise<Collector[]> {
  const tried = async (signal: Collector['signal'], target: OtlpTarget): Promise<Collector> => {
    const problem = await (target.url === undefined ? tryTarget(target, patience) : tryHttp(target.url, target.tls, patience));
    return { signal, endpoint: target.endpoint, ...(problem !== undefined && { problem }) };
  };
  return Promise.all([...(metrics ? [tried('metrics', metrics)] : []), ...(logs ? [tried('logs', logs)] : [])]);
}

/**
 * gRPC is HTTP/2, whose servers send their settings right after the connect. Always
 * settles. If the server ends the session with a TLS alert, for example because it
 * requires a client certificate, Node.js emits neither error nor close on the session;
 * its socket does.
 */
function tryTarget({ endpoint, socket, tls }: OtlpTarget, patience: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let session: ClientHttp2Session | undefined;
    const settle = (problem: string | undefined): void => {
      clearTimeout(timer);
      resolve(problem);
      session?.destroy();
    };
    const timer = setTimeout(() => settle(`no answer within ${patience / 1000} s`), patience);
    const closed = (): void => settle(`it accepts the connection and closes it${tls.cert === undefined ? '' : '; perhaps it does not accept the client certificate'}`);
    // With TLS 1.3 the server checks the client certificate after the client has sent its first frames. A server that closes without reading them resets the connection.
    const failed = (error: Error): void => (tls.cert !== undefined && ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '') ? closed() : settle(reason(error)));
    const options: SecureClientSessionOptions = { ...defined(tls), ...(socket !== undefined && { createConnection: () => connectSocket(socket) }) };
    try {
      session = connectHttp2(socket === undefined ? endpoint : 'http://localhost', options);
    } catch (error) {
      return failed(asError(error));
    }
    session.on('connect', (_, transport) => transport.on('error', failed).on('close', closed));
    session.on('remoteSettings', () => settle(undefined));
    session.on('error', failed).on('close', closed);
  });
}
