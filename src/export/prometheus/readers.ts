import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A reader that is not known yet has missed what is younger than this, milliseconds: longer than most scrape intervals. */
const FIRST_LOOK = 5 * 60_000;
/** Readers that are remembered: twice as many as the server has connections. */
const READERS = 256;
/** A User-Agent can be 16 KiB. */
const LONGEST_NAME = 256;

/** Somebody who scrapes: what they have seen. Times are those of pages (`Producer.time`). */
export class Reader {
  readonly name: string;
  /** The connection that it has scraped over and may scrape over again. */
  socket: Socket | undefined;
  /** Its last page of which we know that it has arrived. */
  #seen: number | undefined;
  /** A page that was sent since. */
  #sent: number | undefined;
  /** The one before it, if it may not have arrived. */
  #doubtful: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get seen(): number | undefined {
    return this.#seen;
  }

  /** A page of this time shows it at 0 what appeared later than the result. */
  since(page: number): number {
    return this.#seen ?? page - FIRST_LOOK;
  }

  /** All of a page is in the hands of the kernel. */
  sent(page: number): void {
    this.#sent = page;
  }

  /**
   * What is known of the page that was sent: that it has arrived, or that it may not have. Then the same series are at 0
   * once more, as a second 0 before the first value does no harm. Once only: there are paths on which every connection
   * ends by a reset.
   */
  settle(arrived: boolean): void {
    if (this.#sent === undefined) return;
    const seen = arrived ? this.#sent : this.#doubtful;
    if (seen !== undefined) this.#seen = Math.max(this.#seen ?? 0, seen);
    this.#doubtful = arrived ? undefined : this.#sent;
    this.#sent = undefined;
  }
}

/**
 * Who scrapes, so that a new series starts at 0 for each of them. A reader is known by its address,
 * its User-Agent and its connection: two Prometheus behind one address have a connection each, which
 * they keep. Who comes over a new connection is the one of that name that has lost its own and was
 * seen last; if there is none, it is somebody new.
 *
 * The table is bounded. Forgotten first are those without a connection, the least recent of them first.
 */
export class Readers {
  readonly #limit: number;
  /** The most recent last. */
  readonly #known = new Set<Reader>();

  constructor(limit = READERS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The reader behind a request for a page. */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): Reader {
    const name = `${socket.remoteAddress} ${(headers['user-agent'] ?? '').slice(0, LONGEST_NAME)}`;
    const reader = this.#connected(name, socket) ?? this.#reconnected(name, socket) ?? this.#new(name, socket);
    this.#known.delete(reader);
    this.#known.add(reader);
    return reader;
  }

  #connected(name: string, socket: Socket): Reader | undefined {
    for (const reader of this.#known) {
      if (reader.socket !== socket || reader.name !== name) continue;
      // Who asks again over a connection has read the answer before.
      reader.settle(true);
      return reader;
    }
    return undefined;
  }

  #reconnected(name: string, socket: Socket): Reader | undefined {
    let last: Reader | undefined;
    for (const reader of this.#known) {
      if (reader.socket !== undefined || reader.name !== name) continue;
      if (last === undefined || (reader.seen ?? 0) >= (last.seen ?? 0)) last = reader;
    }
    if (last !== undefined) connect(last, socket);
    return last;
  }

  #new(name: string, socket: Socket): Reader {
    if (this.#known.size >= this.#limit) this.#forget();
    const reader = new Reader(name);
    connect(reader, socket);
    return reader;
  }

  #forget(): void {
    for (const reader of this.#known) {
      if (reader.socket !== undefined) continue;
      this.#known.delete(reader);
      return;
    }
    for (const reader of this.#known) {
      this.#known.delete(reader);
      return;
    }
  }
}

function connect(reader: Reader, socket: Socket): void {
  reader.socket = socket;
  // A client that goes without having read everything resets its connection (RFC 9293, 3.10.4; RFC 2525, 2.17).
  socket.once('close', (failed) => {
    reader.settle(!failed);
    reader.socket = undefined;
  });
}
