import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Connections within this process until it is stopped, a few in each turn of the loop. */
export class Traffic implements AsyncDisposable {
  readonly #server = createServer((socket) => socket.resetAndDestroy());
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  made = 0;

  static async start(): Promise<Traffic> {
    const traffic = new Traffic();
    await once(traffic.#server.listen(0, '127.0.0.1'), 'listening');
    traffic.#running = traffic.#run((traffic.#server.address() as AddressInfo).port);
    return traffic;
  }

  async #run(port: number): Promise<void> {
    while (!this.#stopped) {
      await Promise.all(Array.from({ length: 20 }, () => closed(connect(port, '127.0.0.1'))));
      this.made += 20;
      await turn();
    }
  }

  /** When this many more have been made. */
  async more(count: number): Promise<void> {
    for (const until = this.made + count; this.made < until; ) await turn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await new Promise((done) => this.#server.close(done));
  }
}

/** A socket that is reset says so, too. */
const closed = (socket: Socket) => new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
