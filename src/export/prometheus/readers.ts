import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** An unknown reader gets series younger than this at 0 first, milliseconds. It is longer than most scrape intervals. */
const FIRST_LOOK = 5 * 60_000;
/** Maximum of remembered readers: twice the server's limit on connections. */
const READERS = 256;
/** Of these by one connection, such as that of a proxy. */
const PER_CONNECTION = 16;
/** Bytes of a User-Agent that are compared, because it can have 16 KiB. */
const LONGEST_NAME = 256;

/** A client that scrapes, and which scrapes it has received. Times are those of collections (`Producer.time`). */
export class Reader {
  readonly name: string;
  /** Its open connection, if there is one. */
  socket: Socket | undefined;
  /** Time of the last scrape that has certainly arrived. */
  #seen: number | undefined;
  /** Time of a later scrape that was sent. */
  #sent: number | undefined;
  /** The scrape before that one, if it may not have arrived. */
  #doubtful: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get seen(): number | undefined {
    return this.#seen;
  }

  /** It may be the one that has seen this scrape. */
  hasSeen(page: number | undefined): void {
    if (page !== undefined) this.#seen = Math.max(this.#seen ?? page, page);
  }

  /** For a scrape at this time: series that appeared later than the result start at 0. */
  since(page: number): number {
    return this.#seen ?? page - FIRST_LOOK;
  }

  /** The kernel has the whole response. */
  sent(page: number): void {
    this.#sent = page;
  }

  /**
   * Says whether the scrape that was sent has arrived. If that is unknown, the next scrape has the same series at 0
   * again: a second 0 before the first value does no harm. This happens only once in a row, because on some network
   * paths every connection ends with a reset.
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
 * Remembers the clients that scrape, so that a new series starts at 0 for each of them. It recognises a
 * reader by address, User-Agent and connection: two Prometheus servers behind one address each keep
 * their own connection. Over a connection that is not known may come any of the readers with its address and User-Agent:
 * Prometheus opens a new one when its configuration is loaded again, and leaves the old one open. So it gets no
 * series at 0 that one of them has had above 0: a counter that falls would count twice.
 *
 * A proxy sends one client's requests over any of its connections. Where it says that it is one (X-Forwarded-For and Forwarded,
 * RFC 7239; Via, RFC 9110, 7.6.3), what it says of the client is part of the name, and connections tell nothing.
 *
 * The table is bounded, for each connection too. It first forgets readers of the address that has most of them, those without
 * a connection before others, the least recent one first.
 */
export class Readers {
  readonly #limit: number;
  /** Ordered by last scrape, the latest at the end. */
  readonly #known = new Set<Reader>();

  constructor(limit = READERS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The reader that sent a request. */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): Reader {
    const client = clientOfProxy(headers);
    const name = [socket.remoteAddress ?? '', ...(client === undefined ? [] : [client]), headers['user-agent'] ?? ''].map((part) => part.slice(0, LONGEST_NAME)).join(' ');
    const reader = client !== undefined ? this.#named(name, socket) : (this.#connected(name, socket) ?? this.#unknown(name, socket));
    this.#known.delete(reader);
    this.#known.add(reader);
    return reader;
  }

  /** Whatever the connection. */
  #named(name: string, socket: Socket): Reader {
    const reader = [...this.#known].find((each) => each.name === name) ?? this.#new(name, socket);
    reader.settle(true);
    return reader;
  }

  #connected(name: string, socket: Socket): Reader | undefined {
    for (const reader of this.#known) {
      if (reader.socket !== socket || reader.name !== name) continue;
      // A client that sends another request over a connection has read the previous response.
      reader.settle(true);
      return reader;
    }
    return undefined;
  }

  /** A place in the table that has no connection any more, or a new one. */
  #unknown(name: string, socket: Socket): Reader {
    const same = [...this.#known].filter((reader) => reader.name === name);
    const reader = same.findLast((each) => each.socket === undefined) ?? this.#new(name, socket);
    for (const { seen } of same) reader.hasSeen(seen);
    connect(reader, socket);
    return reader;
  }

  #new(name: string, socket: Socket): Reader {
    const all = [...this.#known];
    const here = all.filter((reader) => reader.socket === socket);
    if (here.length >= PER_CONNECTION) this.#known.delete(here[0]!);
    else if (all.length >= this.#limit) this.#known.delete(mostDispensable(all));
    return new Reader(name);
  }
}

/** What a proxy says of its client; undefined: the request came from none that says so. */
function clientOfProxy(headers: IncomingHttpHeaders): string | undefined {
  const client = headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via;
  return Array.isArray(client) ? client.join() : client;
}

/** @param readers the least recent first; at least one */
function mostDispensable(readers: readonly Reader[]): Reader {
  const addressOf = ({ name }: Reader): string => name.slice(0, name.indexOf(' '));
  const byAddress = Map.groupBy(readers, addressOf);
  const [first, ...others] = byAddress.values();
  const most = others.reduce((most, each) => (each.length > most.length ? each : most), first!);
  return most.find(({ socket }) => socket === undefined) ?? most[0]!;
}

function connect(reader: Reader, socket: Socket): void {
  reader.socket = socket;
  // A client that closes before it has read everything resets the connection (RFC 9293, 3.10.4; RFC 2525, 2.17).
  socket.once('close', (failed) => {
    reader.settle(!failed);
    reader.socket = undefined;
  });
}
