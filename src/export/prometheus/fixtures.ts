import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Agent, type IncomingMessage, type Server, createServer, request } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { Subject } from 'rxjs';
import { INTERVAL, Keys, START, type Snapshot, type Window, processInfo, snapshot, stats } from '../../metrics/fixtures.ts';
import type { SelfSources } from '../../metrics/index.ts';
import { type Metrics, createMetrics } from '../index.ts';

// For tests: a page of metrics over HTTP with readers that have real connections. Not part of the agent.

const self: SelfSources = {
  version: '0',
  commit: '0',
  node: '0',
  libbpf: '0',
  startTime: START / 1000,
  cpuUsage: () => ({ user: 0, system: 0 }),
  memoryUsage: () => 0,
  ownProcess: () => ({ virtualMemory: undefined, openFiles: undefined, maxFiles: undefined }),
  eventLoopDelay: () => undefined,
  stats: () => stats(),
  exportFailures: () => ({}),
  failureRecords: () => ({ written: 0, left_out: 0 }),
  nameRequests: () => undefined,
};

export interface Visitor {
  readonly userAgent: string;
  readonly localAddress: string;
  /** Keeps the connection open afterwards. */
  readonly keeps: boolean;
}

/** The metrics part of an agent behind a server. Both clocks stand still until `pass()`. Dispose of it. */
export class Served implements AsyncDisposable {
  readonly keys = new Keys();
  readonly #metrics: Metrics;
  readonly #snapshots = new Subject<Snapshot>();
  readonly #server: Server;
  /** By their port. */
  readonly #connections = new Map<number, Socket>();
  readonly #agents = new Map<Visitor, Agent>();
  #windows = 0;
  #time = 0;

  constructor(newSeriesAtZero = true, seriesLimit = 2000) {
    this.#metrics = createMetrics({
      snapshots: this.#snapshots,
      keys: this.keys,
      self,
      newSeriesAtZero,
      seriesLimit,
      clock: () => START + this.#time,
      elapsed: () => this.#time,
      retireAfter: 10 * INTERVAL,
      resourceFromEnvironment: false,
    });
    this.#metrics.collector.start();
    this.#server = createServer({ keepAliveTimeout: 60_000 }, this.#metrics.routes['/metrics']).listen(0, '127.0.0.1');
    this.#server.on('connection', (socket) => {
      const port = socket.remotePort!;
      this.#connections.set(port, socket);
      socket.once('close', () => this.#connections.delete(port));
    });
  }

  /** Adds a window that ends now. */
  window(window: Window = {}): void {
    this.#snapshots.next(snapshot(window, this.#windows++, this.keys));
    this.#time = Math.max(this.#time, this.#windows * INTERVAL);
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  async page(visitor: Visitor, { method = 'GET', ...headers }: Record<string, string> = {}): Promise<string> {
    const { userAgent, keeps, localAddress } = visitor;
    let agent = this.#agents.get(visitor);
    if (agent === undefined) this.#agents.set(visitor, (agent = new Agent({ keepAlive: true, maxSockets: 1 })));
    const to = { host: '127.0.0.1', port: await this.#port() };
    const sent = request({ ...to, localAddress, agent, method, headers: { ...headers, 'user-agent': userAgent } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // A chunk may end within a character.
    const page = await text(response);
    if (!keeps) await this.leave(visitor);
    return page;
  }

  /** Closes its connection without a reset. */
  async leave(visitor: Visitor): Promise<void> {
    const agent = this.#agents.get(visitor);
    const ports = Object.values(agent?.freeSockets ?? {}).flatMap((sockets) => sockets!.map((socket) => socket.localPort!));
    const closed = ports.flatMap((port) => this.#connections.get(port) ?? []).map((socket) => once(socket, 'close'));
    this.#agents.delete(visitor);
    agent?.destroy();
    await Promise.all(closed);
  }

  /** Scrapes over a new connection and resets it before reading the response. */
  async breakOff(visitor: Visitor): Promise<void> {
    await this.leave(visitor);
    const socket = connect({ host: '127.0.0.1', port: await this.#port(), localAddress: visitor.localAddress }).pause();
    const answered = once(this.#server, 'request').then(([, response]) => once(response as NodeJS.EventEmitter, 'finish'));
    socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nUser-Agent: ${visitor.userAgent}\r\n\r\n`);
    await answered;
    const theirs = this.#connections.get(socket.localPort!)!;
    // events.once() would reject because of the reset.
    const closed = new Promise((resolve) => void theirs.once('close', resolve));
    socket.resetAndDestroy();
    await closed;
  }

  async #port(): Promise<number> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#metrics.close();
  }
}

export { processInfo };
