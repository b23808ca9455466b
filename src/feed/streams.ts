import type { IncomingMessage, ServerResponse } from 'node:http';

export interface StreamLimits {
  /** Clients at the same time. @default 4 */
  readonly clients: number;
  /** A stream ends after this time, milliseconds, and the browser opens the next one: less than a server lets a response take. @default 90000 */
  readonly life: number;
  /** Without an event for so long a comment is sent, milliseconds: less than a server lets a connection stand still. @default 15000 */
  readonly silence: number;
}

export const STREAM_LIMITS: StreamLimits = { clients: 4, life: 90_000, silence: 15_000 };

/**
 * Streams of server-sent events, a bounded number. All get the same bytes. A client that has not taken the previous event
 * does not get the next one, so a slow one holds one event at most.
 */
export class Streams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<ServerResponse>();
  #closed = false;

  constructor(limits: Partial<StreamLimits> = {}) {
    this.#limits = { ...STREAM_LIMITS, ...limits };
  }

  get size(): number {
    return this.#open.size;
  }

  /** Answers a request with a stream. @param first an event for it alone; undefined: none yet. */
  open(_request: IncomingMessage, response: ServerResponse, first: Buffer | undefined): void {
    if (this.#closed || this.#open.size >= this.#limits.clients) {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' });
      response.end(this.#closed ? 'The agent stops.\n' : `${this.#limits.clients} pages are open already.\n`);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    if (first !== undefined) response.write(first);
    this.#open.add(response);
    const end = setTimeout(() => response.end(), this.#limits.life).unref();
    const comments = setInterval(() => response.write(':\n\n'), this.#limits.silence).unref();
    response.once('close', () => {
      this.#open.delete(response);
      clearTimeout(end);
      clearInterval(comments);
    });
  }

  send(event: Buffer): void {
    for (const response of this.#open) if (response.writableLength === 0) response.write(event);
  }

  /** Ends all streams. Later ones are refused. */
  close(): void {
    this.#closed = true;
    for (const response of this.#open) response.end();
  }
}

/** An event of the stream. JSON has no newline, which would end it. */
export function asEvent(name: string, data: unknown): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
