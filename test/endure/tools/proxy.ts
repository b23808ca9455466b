import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What the way to a collector does: pass everything; reset each connection; carry so many bytes a second of what is
 * sent; cut the answer to a request in the middle.
 */
export type Way = 'pass' | 'reset' | 'cut' | { readonly bytesPerSecond: number };

const STEP_MS = 100;
/** Longer than what HTTP/2 and gRPC send before the first request. */
const REQUEST_BYTES = 1000;

/** A TCP proxy that does harm. To be disposed of. */
export class Proxy implements AsyncDisposable {
  way: Way;
  /** Connections that came. */
  taken = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, way: Way) {
    this.#server = server;
    this.way = way;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(to: number, way: Way): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: false });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new Proxy(server, way);
    server.on('connection', (socket) => proxy.#take(socket, to));
    return proxy;
  }

  /** From now on, also for connections that are open: these are cut. */
  become(way: Way): void {
    this.way = way;
    this.#cutAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#cutAll();
    await closed;
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #take(client: Socket, to: number): void {
    this.taken++;
    const { way } = this;
    this.#track(client);
    if (way === 'reset') return void client.resetAndDestroy();
    const server = this.#track(connect(to, '127.0.0.1'));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    let sent = 0;
    client.on('data', (bytes) => void (sent += bytes.length));
    if (typeof way === 'object') void carrySlowly(client, server, way.bytesPerSecond);
    else client.pipe(server);
    if (way !== 'cut') return void server.pipe(client);
    server.on('data', (bytes) => {
      if (sent < REQUEST_BYTES) return void client.write(bytes);
      // To the end of what is written, and no further.
      client.end(bytes.subarray(0, bytes.length >> 1));
      server.destroy();
    });
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }
}

/** A few bytes at a time, so that the sender's buffers fill. */
async function carrySlowly(from: Socket, to: Socket, bytesPerSecond: number): Promise<void> {
  const most = Math.max(1, Math.round((bytesPerSecond * STEP_MS) / 1000));
  try {
    for await (const chunk of from) {
      const bytes = chunk as Buffer;
      for (let at = 0; at < bytes.length; at += most) {
        to.write(bytes.subarray(at, at + most));
        await delay(STEP_MS);
      }
    }
  } catch {
    // One side has ended.
  }
}
