import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { commit, version } from '../../internal/version.ts';
import { listenOn } from './listen.ts';
import { MOST_CLIENTS, PROTOCOL, PROTOCOL_HEADER, VERSION_HEADER } from './protocol.ts';

/** Answers a request, and writes its last message when the request ends or `closing` resolves. */
export type Route = (request: IncomingMessage, response: ServerResponse, closing: Promise<void>) => void;
export type Routes = Readonly<Record<string, Route>>;

/** What `close` waits for answers to end. */
const CLOSE_MS = 500;

/** The agent's socket for live views. Nothing is loaded before the first request. */
export class LiveSocket {
  readonly #server: Server;
  #close!: () => void;

  private constructor(server: Server, closing: { readonly close: () => void }) {
    this.#server = server;
    this.#close = closing.close;
  }

  /** @throws (rejects) Invalid: src/live/socket/listen.ts */
  static async open(path: string, load: () => Promise<Routes>): Promise<LiveSocket> {
    let close!: () => void;
    const closing = new Promise<void>((resolve) => (close = resolve));
    let clients = 0;
    const server = await listenOn(path, (request, response) => {
      clients += 1;
      response.on('close', () => (clients -= 1));
      void answer(request, response, load, closing, clients);
    });
    return new LiveSocket(server, { close });
  }

  /** Ends all answers with their last message. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#close();
    const impatient = setTimeout(() => this.#server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(impatient);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, load: () => Promise<Routes>, closing: Promise<void>, clients: number): Promise<void> {
  for (const stream of [request, response]) stream.on('error', () => {});
  response.setHeader(PROTOCOL_HEADER, PROTOCOL);
  response.setHeader(VERSION_HEADER, `${version} (${commit})`);
  response.setHeader('content-type', 'application/x-ndjson');
  if (clients > MOST_CLIENTS) return fail(response, 503, `${MOST_CLIENTS} commands use the agent already`);
  try {
    const routes = await load();
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/') return void response.end(`${JSON.stringify({ version, commit, routes: Object.keys(routes) })}\n`);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return fail(response, 404, `there is no ${path}`);
    route(request, response, closing);
  } catch (error) {
    fail(response, 500, error instanceof Error ? error.message : String(error));
  }
}

/** Ends an answer that has not begun. */
export function fail(response: ServerResponse, status: number, error: string): void {
  response.statusCode = status;
  response.end(`${JSON.stringify({ error })}\n`);
}
