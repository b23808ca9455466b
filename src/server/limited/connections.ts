import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

export interface Connection {
  /** What the kernel accepted: below TLS where there is TLS. */
  readonly socket: Socket;
  /** What its requests come from: the TLS socket where there is TLS. Set by its first request. */
  stream: Socket | undefined;
  readonly address: string;
  readonly port: number | undefined;
  /** Unfinished responses, and when each began. */
  readonly responses: Map<ServerResponse, number>;
  /** Since when it has no unfinished response. */
  waitsSince: number;
  /** True once its first request has arrived. */
  served: boolean;
}

/** The open connections of a server: their number is bounded, and so is the time that one may wait or take for a response. */
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

  /** Returns undefined and closes the socket if there is no room. */
  add(socket: Socket): Connection | undefined {
    const address = socket.remoteAddress ?? '';
    if (this.#open.size >= this.#limits.connections && !this.#evict(address)) {
      socket.destroy();
      return undefined;
    }
    const connection = { socket, stream: undefined, address, port: socket.remotePort, responses: new Map(), waitsSince: this.#now(), served: false };
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

  /**
   * Whether its client may still be reading a response. A response ends when the kernel has its last byte,
   * and the kernel holds megabytes for a slow reader.
   */
  mayRead({ responses, served, waitsSince }: Connection): boolean {
    return responses.size > 0 || (served && this.#now() - waitsSince <= this.#limits.reads);
  }

  /** Closes connections that have taken too long. */
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
   * Makes room: closes a connection that has had no response yet before others, then the one that has waited
   * longest, of the address with the most connections. A client that opens many connections loses its own, and Prometheus
   * keeps its connection. If none waits, the address with the most loses one, unless it is the one that wants another.
   */
  #evict(newcomer: string): boolean {
    const counts = new Map<string, number>();
    for (const { address } of this) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const waiting = [...this].filter(({ address, responses }) => responses.size === 0 || (counts.get(address) === most && most > (counts.get(newcomer) ?? 0) + 1));
    waiting.sort((a, b) => Math.min(1, a.responses.size) - Math.min(1, b.responses.size) || Number(a.served) - Number(b.served) || counts.get(b.address)! - counts.get(a.address)! || a.waitsSince - b.waitsSince);
    const [first] = waiting;
    if (first === undefined) return false;
    this.#open.delete(first.socket);
    first.socket.destroy();
    return true;
  }
}
