import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server as HttpServer, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Connections, type Connection } from './connections.ts';
import { Gate } from './gate.ts';
import type { Limits } from './limits.ts';

/** Decides whether a request may go on to its handler. */
export type Guard = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Returns the server for a connection; undefined for plain HTTP. */
export type SecureServer = (options: ServerOptions, onRequest: RequestListener) => HttpServer | undefined;

export interface LimitedOptions {
  readonly listener: RequestListener;
  readonly limits: Limits;
  readonly guard?: Guard | undefined;
  /** Called for each connection, because certificates change. */
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
    this.#bound(this.#plain);
    // A client may close its side after it has sent its request.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /**
   * Accepts no more connections, finishes running requests, and waits until their clients have read the
   * responses. After `timeout` milliseconds it cuts the connections that are left. Resolves when every
   * connection is closed; at once when the server does not listen. Calling it again can only cut sooner.
   */
  async drain(timeout: number): Promise<void> {
    this.#draining = true;
    for (const { stream } of this.#connections) if (stream !== undefined) closeAfterClient(stream);
    // The kernel may hold a request that has arrived: one turn accepts its connection, the next reads it.
    for (let turn = 0; turn < 2 && timeout > 0; turn++) await setImmediate();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.#connections) {
      const { socket, stream, responses } = connection;
      if (stream === undefined || timeout <= 0 || !this.#connections.mayRead(connection)) {
        socket.destroy();
        continue;
      }
      if (responses.size === 0) stream.end();
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
    // An error before node:http or TLS has added its own listener only closes the socket.
    socket.on('error', () => {});
    if (this.#connections.add(socket) === undefined) return;
    this.#timer ??= setInterval(() => this.#check(), this.#options.limits.checkEvery).unref();
    const server = this.#options.secure?.(this.#httpOptions(), this.#onRequest) ?? this.#plain;
    if (server !== this.#plain) this.#bound(server);
    server.emit('connection', socket);
  }

  #check(): void {
    this.#connections.check();
    this.#gate.check();
  }

  #onRequest: RequestListener = (request, response) => {
    // A drain has ended our side: no response can be sent any more.
    if (this.#draining && request.socket.writableEnded) return;
    const connection = this.#connectionOf(request.socket);
    if (connection === undefined || connection.responses.size >= this.#options.limits.pipelined) {
      request.socket.destroy();
      return;
    }
    connection.stream = request.socket;
    this.#connections.begin(connection, response);
    if (this.#draining) {
      response.setHeader('connection', 'close');
      closeAfterClient(request.socket);
    }
    response.once('close', () => {
      // Takes no more requests during a drain, nor after a response that was sent before its request was complete.
      if (connection.responses.size === 0 && (this.#draining || !request.complete)) request.socket.destroySoon();
    });
    const next = () => this.#gate.enter(connection.address, response, () => this.#options.listener(request, response));
    if (this.#options.guard === undefined) next();
    else this.#options.guard(request, response, next);
  };

  /** A TLS socket is found by its addresses: they are those of the socket below it. */
  #connectionOf(socket: Socket): Connection | undefined {
    for (const connection of this.#connections) {
      if (connection.socket === socket) return connection;
      if (connection.port === socket.remotePort && connection.address === socket.remoteAddress) return connection;
    }
    return undefined;
  }

  #bound(server: HttpServer): void {
    server.maxHeadersCount = 64;
    server.timeout = this.#options.limits.stalled;
  }

  #httpOptions(): ServerOptions {
    return { maxHeaderSize: 16 * 1024, keepAliveTimeout: this.#options.limits.nextRequest };
  }
}

/**
 * A socket that node:http would destroy after its last response is closed on our side only, and
 * destroyed when its client closes too. Then the client has read the whole response.
 */
function closeAfterClient(socket: Socket): void {
  socket.destroySoon = () => void socket.end();
}
