import { connect, type Socket } from 'node:net';

/** Clients of an HTTP server that behave badly, each on a connection of its own. To be disposed of. */
export class Clients implements Disposable {
  /** Connections that the server has ended. */
  ended = 0;
  readonly #host: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #open = true;

  /** @param address `host:port` */
  constructor(address: string) {
    const colon = address.lastIndexOf(':');
    this.#host = address.slice(0, colon);
    this.#port = Number(address.slice(colon + 1));
  }

  /** Asks `requests` times for a path and never reads. */
  stuck(path: string, requests: number): void {
    const socket = this.#connect();
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(requests));
  }

  /** A header that never ends, a byte each `every` ms; connects again when it is cut. */
  slowloris(every: number): void {
    const socket = this.#connect();
    socket.write('GET /liveness HTTP/1.1\r\nX: ');
    const timer = setInterval(() => socket.write('x'), every);
    socket.resume().on('close', () => {
      clearInterval(timer);
      if (this.#open) setTimeout(() => this.#open && this.slowloris(every), 50);
    });
  }

  [Symbol.dispose](): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(): Socket {
    const socket = connect(this.#port, this.#host);
    this.#sockets.add(socket);
    return socket
      .on('error', () => {})
      .on('close', () => {
        this.#sockets.delete(socket);
        this.ended++;
      });
  }
}

/** Reads one answer, some bytes every 100 ms. @returns what came of it before its end, or before it was cut */
export async function readSlowly(address: string, path: string, bytesPerSecond: number): Promise<string> {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const pieces: Buffer[] = [];
  const most = Math.max(1, Math.round(bytesPerSecond / 10));
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      // Of a stream in paused mode it takes so much from the kernel as there is room for (highWaterMark), no more.
      const piece = (socket.read(Math.min(most, socket.readableLength)) ?? socket.read(0)) as Buffer | null;
      if (piece !== null) pieces.push(piece);
    }, 100);
    socket.on('error', () => {}).on('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
  return Buffer.concat(pieces).toString();
}
