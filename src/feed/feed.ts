import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Collector, SelfSources } from '../metrics/index.ts';
import { type Access, mayLook } from './access.ts';
import { ASSET_PATHS, Assets } from './assets.ts';
import { makeFrame } from './make-frame.ts';
import { asEvent, Streams } from './streams.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface FeedOptions {
  readonly access: Access | 'off';
  readonly collector: Pick<Collector, 'snapshot' | 'config' | 'sizes' | 'producer'>;
  readonly self: SelfSources;
}

export interface Feed {
  /** For the metrics server, by path. None if the page is off. */
  readonly routes: Readonly<Record<string, Handler>>;
  /** A window is complete. Does nothing while no page is open. Never throws or rejects. */
  update(): void;
  /** Ends all streams, so that the server need not wait for them. */
  close(): void;
}

/** The page at /ui, and its events: one for each window, made once for all pages that are open. */
export function createFeed({ access, collector, self }: FeedOptions, onError: (error: unknown) => void): Feed {
  if (access === 'off') return { routes: {}, update: () => {}, close: () => {} };
  const streams = new Streams();
  const assets = new Assets();
  const producer = collector.producer('view');
  const host = hostname();
  const frame = async (): Promise<Buffer | undefined> => {
    const { snapshot, config } = collector;
    if (snapshot === undefined) return undefined;
    const { resourceMetrics } = await producer.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const window = { end: snapshot.end, length: snapshot.end - snapshot.start };
    return asEvent('frame', makeFrame({ metrics, window, interval: config.interval, host, self, sizes: collector.sizes() }));
  };
  const guarded = (handler: Handler): Handler => (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD are allowed.\n', { allow: 'GET, HEAD' });
    if (!mayLook(access, request)) return refuse(response, 403, 'This page is for browsers on this machine, under a name such as localhost. --ui=everywhere opens it to others.\n');
    return handler(request, response);
  };
  const routes: Record<string, Handler> = {
    '/ui/': guarded((_, response) => refuse(response, 308, '', { location: '/ui' })),
    '/ui/events': guarded(async (request, response) => streams.open(request, response, await frame())),
  };
  for (const path of ASSET_PATHS) routes[path] = guarded((request, response) => assets.serve(path, request, response));
  return {
    routes,
    update() {
      if (streams.size === 0) return;
      frame()
        .then((event) => event !== undefined && streams.send(event))
        .catch(onError);
    },
    close: () => streams.close(),
  };
}

function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}
