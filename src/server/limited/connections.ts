import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

export interface Connection {
  /** What the kernel accepted: below TLS where there is TLS. */
  readonly socket: Socket;
  readonly address: string;
  readonly port: number | undefined;
  /** Unfinished responses, and when each began. */
  readonly responses: Map<ServerResponse, number>;
  /** Since when there is none. */
  waitsSince: number;
  /** Its first request has arrived. */
  served: boolean;
}

/**
 * The open connections of a server: so many at most, and each for a bounded
 * time without a request or with one response.
 */
export class Connections implements Iterable<Connection> {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #open = new Map<Socket, Connection>();

  constructor(limits: Limits, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values();
  }

  /** Undefined where there is no room: the socket is closed. */
  add(socket: Socket): Connection | undefined {
    const address = socket.remoteAddress ?? '';
    if (this.#open.size >= this.#limits.connections && !this.#evict()) {
      socket.destroy();
      return undefined;
    }
    const connection = { socket, address, port: socket.remotePort, responses: new Map(), waitsSince: this.#now(), served: false };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
    return connection;
  }

  begin(connection: Connection, response: ServerResponse): void {
    connection.served = true;
    connection.responses.set(response, this.#now());
    response.once('close', () => {
      connection.responses.delete(response);
      connection.waitsSince = this.#now();
    });
  }

  /** Closes what has taken too long. */
  check(): void {
    const now = this.#now();
    const { firstRequest, nextRequest, response } = this.#limits;
    for (const { socket, responses, waitsSince, served } of this) {
      const [oldest] = responses.values();
      const late = oldest === undefined ? now - waitsSince > (served ? nextRequest : firstRequest) : now - oldest > response;
      if (late) socket.destroy();
    }
  }

  /**
   * Makes room: of the address with the most connections, the one that waits
   * longest goes. So who opens many pushes out their own, and not Prometheus.
   */
  #evict(): boolean {
    const waiting = [...this].filter(({ responses }) => responses.size === 0);
    const counts = new Map<string, number>();
    for (const { address } of this) counts.set(address, (counts.get(address) ?? 0) + 1);
    waiting.sort((a, b) => counts.get(b.address)! - counts.get(a.address)! || a.waitsSince - b.waitsSince);
    const [first] = waiting;
    if (first === undefined) return false;
    this.#open.delete(first.socket);
    first.socket.destroy();
    return true;
  }
}
