import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { printable } from '../../internal/escape.ts';
import { oneLine } from '../../internal/errors.ts';
import { KubernetesError, statusOf } from './error.ts';
import type { Endpoint } from './service-account.ts';

export interface RequestOptions {
  /** @default JSON of the whole object */
  readonly accept?: string;
  /** Time for the whole answer, milliseconds. @default 10000 */
  readonly timeout?: number;
  /** Longest body, bytes. @default 32 MiB: 500 pods of 64 KiB */
  readonly most?: number;
}

export interface WatchOptions {
  readonly accept?: string;
  /** The answer has begun. */
  readonly onOpen?: () => void;
  /** Time until the answer begins, milliseconds: a packet to a Service without endpoints can be lost. @default 10000 */
  readonly patience?: number;
  /** Without a line for so long the connection counts as broken, milliseconds. @default 150000: a bookmark comes each minute */
  readonly silence?: number;
  /** Longest line, bytes. @default 4 MiB: etcd stores objects of 1.5 MiB */
  readonly most?: number;
}

/** Metadata of an object, without the rest. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const JSON_TYPE = 'application/json';
const REASON_LENGTH = 300;

/** Reads JSON from the API server or from a kubelet, by the token of the service account, within bounds of time and size. */
export class Client {
  readonly #endpoint: Endpoint;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 1, timeout: 60_000 });
  readonly #closing = new AbortController();
  /** So far. */
  readonly counts = { ok: 0, failed: 0 };

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  get name(): string {
    const { host, port } = this.#endpoint;
    return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  }

  /** @throws (rejects) KubernetesError */
  async get(path: string, { accept = JSON_TYPE, timeout = 10_000, most = 32 << 20 }: RequestOptions = {}): Promise<unknown> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeout)]);
    return this.#counted(path, signal, async () => parse(await bodyOf(await this.#open(path, accept, signal), most)));
  }

  /**
   * Calls back for each line of an answer until it ends.
   * @throws (rejects) KubernetesError, and what `onLine` throws
   */
  async watch(path: string, onLine: (event: unknown) => void, { accept = JSON_TYPE, onOpen, patience = 10_000, silence = 150_000, most = 4 << 20 }: WatchOptions = {}): Promise<void> {
    const silent = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, silent.signal]);
    return this.#counted(path, signal, async () => {
      const within = (milliseconds: number, what: string) => setTimeout(() => silent.abort(new KubernetesError(`${what} ${milliseconds / 1000} s`)), milliseconds).unref();
      let timer = within(patience, 'no answer within');
      try {
        const response = await this.#open(path, accept, signal);
        clearTimeout(timer);
        timer = within(silence, 'no line for');
        onOpen?.();
        let rest = '';
        for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
          timer.refresh();
          const lines = (rest + chunk).split('\n');
          rest = lines.pop()!;
          if (rest.length > most) throw new KubernetesError(`a line of more than ${most} characters`);
          for (const line of lines) if (line !== '') onLine(parse(line));
        }
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** Aborts what is under way. */
  close(): void {
    this.#closing.abort(new KubernetesError('closed'));
    this.#agent.destroy();
  }

  /** @param signal why it was aborted says more than the error that comes of it */
  async #counted<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.counts.ok += 1;
      return result;
    } catch (error) {
      this.counts.failed += 1;
      const why: unknown = signal.aborted ? signal.reason : error;
      const status = statusOf(why);
      throw new KubernetesError(`https://${this.name}${path.split('?')[0]}: ${reasonOf(why)}`, { ...(status !== undefined && { status }), cause: error });
    }
  }

  #open(path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { host, port, insecure = false } = this.#endpoint;
    const { token, ca } = this.#endpoint.credentials();
    const headers = { accept, authorization: `Bearer ${token}`, 'user-agent': 'connwatch' };
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, agent: this.#agent, ca, rejectUnauthorized: !insecure, headers, signal }, (response) => {
        if (response.statusCode === 200) {
          resolve(response);
          return;
        }
        const { statusCode: status = 0 } = response;
        void bodyOf(response, 64 << 10)
          .then(messageOf, () => '')
          .then((reason) => reject(new KubernetesError(`it answers ${status}${reason && `: ${reason}`}`, { status })));
      });
      asked.on('error', reject).end();
    });
  }
}

async function bodyOf(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop destroys the response.
    if (length > most) throw new KubernetesError(`an answer of more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubernetesError('the answer is not JSON');
  }
}

/** The message of a `Status` object, or the text itself. */
function messageOf(body: string): string {
  let text = body;
  try {
    const status = JSON.parse(body) as { message?: unknown } | null;
    if (typeof status?.message === 'string') text = status.message;
  } catch {
    // The kubelet answers in plain text.
  }
  return printable(Buffer.from(text.slice(0, REASON_LENGTH).replace(/\s+/g, ' ').trim()));
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : oneLine(error);
}
