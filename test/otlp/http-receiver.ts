import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Received } from './received.ts';
import { type PushedRecord, readLogs, readRequest } from './wire.ts';

/** How it answers: takes it, never, or with a status and a text. */
export type HttpAnswer = 'take' | 'never' | { readonly status: number; readonly text: string };

export interface HttpReceiverOptions {
  /** @default a free one */
  readonly port?: number;
  /** @default plain text */
  readonly tls?: ServerOptions;
}

/** An OTLP/HTTP receiver in this process. To be disposed of. */
export class HttpReceiver extends Received implements AsyncDisposable {
  readonly records: PushedRecord[] = [];
  readonly paths: string[] = [];
  answer: HttpAnswer = 'take';
  readonly #server: ReturnType<typeof createServer>;

  private constructor({ tls }: HttpReceiverOptions) {
    super();
    const take = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response);
    this.#server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  }

  static async start(options: HttpReceiverOptions = {}): Promise<HttpReceiver> {
    const receiver = new HttpReceiver(options);
    await once(receiver.#server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const sent = Buffer.concat(parts);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    this.paths.push(`${request.method} ${request.url}`);
    if (request.url === '/v1/logs') {
      if (this.answer === 'take') this.records.push(...readLogs(body));
    } else this.requests.push({ ...readRequest(body), bytes: body.length, headers: request.headers });
    if (this.answer === 'take') response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    else if (this.answer !== 'never') response.writeHead(this.answer.status).end(this.answer.text);
  }

  /** Cuts all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close');
    this.#server.closeAllConnections();
    await closed;
  }
}
