import { connect as connectHttp2, type ClientHttp2Session, type SecureClientSessionOptions } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { OtlpTarget } from '../config/index.ts';
import { codeOf, oneLine } from '../internal/errors.ts';
import type { Collector } from './types.ts';

/** What is pushed where; undefined: it is not pushed. */
export interface Targets {
  readonly metrics: OtlpTarget | undefined;
  readonly logs: OtlpTarget | undefined;
}

const PATIENCE = 3000;

/** Connects to each collector as the exporter would, and pushes nothing. */
export async function tryCollectors({ metrics, logs }: Targets, patience = PATIENCE): Promise<Collector[]> {
  const tried = async (signal: Collector['signal'], target: OtlpTarget): Promise<Collector> => {
    const problem = await tryTarget(target, patience);
    return { signal, endpoint: target.endpoint, ...(problem !== undefined && { problem }) };
  };
  return Promise.all([...(metrics ? [tried('metrics', metrics)] : []), ...(logs ? [tried('logs', logs)] : [])]);
}

/** gRPC is HTTP/2: a server of it says its settings as soon as somebody connects. */
function tryTarget({ endpoint, socket, tls }: OtlpTarget, patience: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options: SecureClientSessionOptions = { ...defined(tls), ...(socket !== undefined && { createConnection: () => connectSocket(socket) }) };
    const session: ClientHttp2Session = connectHttp2(socket === undefined ? endpoint : 'http://localhost', options);
    let problem: string | undefined = 'it is connected to, and closes the connection';
    const timer = setTimeout(() => {
      problem = `it gives no answer within ${patience / 1000} s`;
      session.destroy();
    }, patience);
    session.on('remoteSettings', () => {
      problem = undefined;
      session.destroy();
    });
    session.on('error', (error: Error) => (problem &&= reason(error)));
    session.on('close', () => {
      clearTimeout(timer);
      resolve(problem);
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it resets the connection',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ERR_HTTP2_ERROR: 'what answers does not speak gRPC',
};

function reason(error: Error): string {
  const code = codeOf(error) ?? '';
  if (/CERT|SIGNATURE|ISSUER|CA_/.test(code)) return `its certificate is not accepted (${code})`;
  return REASONS[code] ?? (code === '' ? oneLine(error) : `it cannot be connected to (${code})`);
}

function defined(files: OtlpTarget['tls']): SecureClientSessionOptions {
  return Object.fromEntries(Object.entries(files).filter(([, bytes]) => bytes !== undefined));
}
