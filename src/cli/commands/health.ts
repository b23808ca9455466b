import { get } from 'node:http';
import { formatAddress, parseAddress } from '../../internal/address.ts';
import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import { EXIT } from '../failure.ts';

export interface HealthOptions {
  /** The setting: address of the agent's health server. */
  readonly healthAddr: string;
  /** The setting: the health server may require TLS, a password or a certificate. */
  readonly webConfigHealth: boolean;
  /** Time-out of the request, milliseconds. */
  readonly timeout: number;
  readonly stdout: (text: string) => void;
}

/**
 * `connwatch health`: asks the agent of this machine for its health, for containers
 * without curl. Prints the answer. Exit code 0 if it is ready and alive, else 1.
 * @throws (rejects) ConnwatchError CW_CONFIG if the settings do not have its port
 */
export async function health({ healthAddr, webConfigHealth, timeout, stdout }: HealthOptions): Promise<number> {
  const { host, port } = whereToAsk(healthAddr);
  if (webConfigHealth)
    throw new ConnwatchError('this command cannot use the health port, because --web-config-health may require TLS, a password or a certificate.', {
      code: 'CW_CONFIG',
      hint: "Use curl with the options that the file needs, or leave the health port open.",
    });
  try {
    const body = await ask(host, port, timeout);
    const status = statusIn(body);
    stdout(status === undefined ? `The server at ${formatAddress({ host, port })} is not connwatch.\n` : body);
    return status?.ready && status.alive ? EXIT.fine : EXIT.failed;
  } catch (error) {
    stdout(`No answer from ${formatAddress({ host, port })}: ${codeOf(error) ?? oneLine(error)}.\n`);
    return EXIT.failed;
  }
}

// A server on every address also listens on loopback.
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** @throws ConnwatchError CW_CONFIG */
export function whereToAsk(healthAddr: string): { host: string; port: number } {
  const { host = '127.0.0.1', port } = parseAddress(healthAddr);
  if (port !== 0) return { host: LOOPBACK[host] ?? host, port };
  throw new ConnwatchError(`with --health-addr ${healthAddr} the agent takes any free port, so its address is unknown.`, {
    code: 'CW_CONFIG',
    hint: "Use the address in the log line with 'server': 'health'.",
  });
}

// Another program may use the port, and many answer /health with 200.
function statusIn(body: string): { ready: boolean; alive: boolean } | undefined {
  try {
    const { ready, alive } = JSON.parse(body) as { ready?: unknown; alive?: unknown };
    return typeof ready === 'boolean' && typeof alive === 'boolean' ? { ready, alive } : undefined;
  } catch {
    return undefined;
  }
}

/** The agent's answer has about 60 bytes. */
const LONGEST = 4096;

/** The body of the answer; empty if it is too long or endless. */
function ask(host: string, port: number, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(codeOf(error) === 'ABORT_ERR' ? new Invalid(`time-out after ${timeout / 1000} s`) : error);
    const request = get({ host, port, path: '/health', agent: false, signal: AbortSignal.timeout(timeout) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
        if (body.length <= LONGEST) return;
        resolve('');
        response.destroy();
      });
      response.on('end', () => resolve(body));
      response.on('error', fail);
    });
    request.on('error', fail);
  });
}
