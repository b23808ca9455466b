import { type RequestListener, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/**
 * `close()` of Node.js calls this, and it destroys every connection whose answer has ended, also one
 * whose bytes still wait for a slow reader. Here each connection is closed when its answer is flushed.
 */
class PatientServer extends Server {
  override closeIdleConnections(): void {}
}

/** Open connections. Who comes on top takes the place of one that asks for nothing. */
const MOST_CONNECTIONS = 128;

/**
 * An HTTP server for a port that anyone may reach: a client that is slow, idle
 * or sends too much costs a bounded number of connections for a bounded time.
 */
export class LimitedServer {
  readonly server: Server;
  /** Open connections with their unfinished answers. */
  readonly #connections = new Map<Socket, Set<ServerResponse>>();
  /** Those that ever sent a whole request. */
  readonly #asked = new WeakSet<Socket>();
  #draining = false;

  constructor(listener: RequestListener) {
    this.server = new PatientServer({
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      // Above the usual scrape intervals, so that Prometheus keeps its connection.
      keepAliveTimeout: 65_000,
    });
    this.server.maxHeadersCount = 64;
    // A client that stops reading in mid-answer, or a handler that never answers.
    this.server.timeout = 60_000;
    this.server.on('connection', (socket: Socket) => {
      if (this.#makesRoom()) this.#track(socket);
      else socket.destroy();
    });
    this.server.on('request', (request, response) => {
      this.#asked.add(request.socket);
      this.#trackAnswer(request.socket, response);
      if (this.#draining) response.setHeader('connection', 'close');
      listener(request, response);
    });
  }

  /**
   * Accepts no more, lets running requests end, then cuts what is left after
   * `timeout` milliseconds. Resolves when every connection is closed; at once
   * when the server does not listen. Calling it again can only cut sooner.
   */
  async drain(timeout: number): Promise<void> {
    this.#draining = true;
    // A request that has arrived may still be in the kernel: one turn accepts its connection, the next reads it.
    for (let turn = 0; turn < 2 && timeout > 0; turn++) await setImmediate();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // server.close() would keep a connection that never sent a request, and one whose answer ends later.
    for (const [socket, answers] of this.#connections) {
      if (answers.size === 0 || timeout <= 0) socket.destroy();
      for (const answer of answers) if (!answer.headersSent) answer.setHeader('connection', 'close');
    }
    const timer = setTimeout(() => this.server.closeAllConnections(), timeout);
    await closed;
    clearTimeout(timer);
  }

  /**
   * At the limit the oldest connection that never sent a request is cut, else the oldest without a request that runs.
   * To turn newcomers away would let a client that sends headers byte by byte lock out the probes, and so have the
   * agent restarted. False when all have a request that runs.
   */
  #makesRoom(): boolean {
    if (this.#connections.size < MOST_CONNECTIONS) return true;
    let oldest: Socket | undefined;
    for (const [socket, answers] of this.#connections) {
      if (answers.size > 0) continue;
      oldest ??= socket;
      if (this.#asked.has(socket)) continue;
      oldest = socket;
      break;
    }
    if (oldest === undefined) return false;
    this.#connections.delete(oldest);
    oldest.destroy();
    return true;
  }

  #track(socket: Socket): void {
    this.#connections.set(socket, new Set());
    socket.once('close', () => this.#connections.delete(socket));
  }

  #trackAnswer(socket: Socket, response: ServerResponse): void {
    const answers = this.#connections.get(socket);
    answers?.add(response);
    response.once('close', () => {
      answers?.delete(response);
      if (this.#draining && answers?.size === 0) socket.destroySoon();
    });
  }
}
