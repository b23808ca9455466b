import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server as HttpServer, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Connections, type Connection } from './connections.ts';
import { Gate } from './gate.ts';
import type { Limits } from './limits.ts';

/** Decides whether a request may go on to its handler. */
export type Guard = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Takes a connection in place of plain HTTP. Undefined: plain HTTP it is. */
export type SecureServer = (options: ServerOptions, onRequest: RequestListener) => HttpServer | undefined;

export interface LimitedOptions {
  readonly listener: RequestListener;
  readonly limits: Limits;
  readonly guard?: Guard | undefined;
  /** Asked at each connection, since certificates change. */
  readonly secure?: SecureServer | undefined;
}

/**
 * An HTTP server for a port that anyone may reach: a client that is slow, idle
 * or sends too much costs a bounded number of connections for a bounded time.
 *
 * It accepts connections itself and hands them to a server of node:http or
 * node:https, which does not listen. So the settings of TLS can change between
 * two connections, and close() of node:http, which destroys connections whose
 * response still waits for a slow reader, is not used.
 */
export class LimitedServer {
  readonly server: Server;
  readonly #options: LimitedOptions;
  readonly #connections: Connections;
  readonly #gate: Gate;
  readonly #plain: HttpServer;
  #draining = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LimitedOptions) {
    this.#options = options;
    this.#connections = new Connections(options.limits);
    this.#gate = new Gate(options.limits);
    this.#plain = createHttpServer(this.#httpOptions(), this.#onRequest);
    bound(this.#plain);
    // Half open: a client may end its side when it has sent its request.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
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
    for (const { socket, responses } of this.#connections) {
      if (responses.size === 0 || timeout <= 0) socket.destroy();
      for (const response of responses.keys()) if (!response.headersSent) response.setHeader('connection', 'close');
    }
    const timer = setTimeout(() => this.#cut(), timeout);
    await closed;
    clearTimeout(timer);
    clearInterval(this.#timer);
  }

  #cut(): void {
    for (const { socket } of this.#connections) socket.destroy();
  }

  #accept(socket: Socket): void {
    // The server of node:http has its own listener, and TLS reports for it: until then an error ends the socket alone.
    socket.on('error', () => {});
    if (this.#connections.add(socket) === undefined) return;
    this.#timer ??= setInterval(() => this.#check(), this.#options.limits.checkEvery).unref();
    const server = this.#options.secure?.(this.#httpOptions(), this.#onRequest) ?? this.#plain;
    if (server !== this.#plain) bound(server);
    server.emit('connection', socket);
  }

  #check(): void {
    this.#connections.check();
    this.#gate.check();
  }

  #onRequest: RequestListener = (request, response) => {
    const connection = this.#connectionOf(request.socket);
    if (connection === undefined || connection.responses.size >= this.#options.limits.pipelined) {
      request.socket.destroy();
      return;
    }
    this.#connections.begin(connection, response);
    if (this.#draining) response.setHeader('connection', 'close');
    response.once('close', () => {
      // With the rest of a request that was answered before its end, or on the way out, nothing more is taken.
      if (connection.responses.size === 0 && (this.#draining || !request.complete)) request.socket.destroySoon();
    });
    const next = () => this.#gate.enter(connection.address, response, () => this.#options.listener(request, response));
    if (this.#options.guard === undefined) next();
    else this.#options.guard(request, response, next);
  };

  /** TLS has a socket of its own, with the addresses of the one below it. */
  #connectionOf(socket: Socket): Connection | undefined {
    for (const connection of this.#connections) {
      if (connection.socket === socket) return connection;
      if (connection.port === socket.remotePort && connection.address === socket.remoteAddress) return connection;
    }
    return undefined;
  }

  #httpOptions(): ServerOptions {
    return { maxHeaderSize: 16 * 1024, keepAliveTimeout: this.#options.limits.nextRequest };
  }
}

function bound(server: HttpServer): void {
  server.maxHeadersCount = 64;
  // A client that stops reading in mid-response, or a handler that never answers.
  server.timeout = 60_000;
}
