import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Handler } from '../types.ts';
import { CONTENT_TYPE } from './exposition.ts';

const gzipAsync = promisify(gzip);

export interface Page {
  readonly body: Buffer;
  /** What could not be collected; the rest is in the body. */
  readonly errors: readonly unknown[];
}

export interface ScrapeOptions {
  /** One collection, written. May throw or reject. */
  readonly collect: () => Promise<Page>;
  /** After each collection: undefined, or why it failed or is incomplete. */
  readonly onResult?: ((error: unknown) => void) | undefined;
  /** A collection that takes longer has failed, milliseconds. @default 10000 */
  readonly timeout?: number | undefined;
}

/** A body and, once somebody asked for it, its compressed form. */
interface Shared {
  readonly body: Buffer;
  zipped?: Promise<Buffer>;
}

/**
 * The handler of a page of metrics. Requests that come while a collection runs
 * share it and its body: however many scrape at once, the work is done once,
 * and none takes another's data.
 */
export function scrapeHandler(options: ScrapeOptions): Handler {
  let running: Promise<Shared> | undefined;
  const shared = (): Promise<Shared> => {
    running ??= collectOnce(options).finally(() => (running = undefined));
    return running;
  };
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      plain(request, response, 405, 'Only GET and HEAD are allowed.\n');
      return;
    }
    shared()
      .then((page) => send(request, response, page))
      .catch(() => plain(request, response, 500, 'The metrics could not be collected. See the log.\n'));
  };
}

async function collectOnce({ collect, onResult, timeout = 10_000 }: ScrapeOptions): Promise<Shared> {
  let page: Page;
  try {
    page = await within(timeout, collect);
  } catch (error) {
    onResult?.(error);
    throw error;
  }
  onResult?.(page.errors.length === 0 ? undefined : new AggregateError(page.errors, 'metrics are incomplete'));
  return { body: page.body };
}

async function within<T>(timeout: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the collection took more than ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(request: IncomingMessage, response: ServerResponse, page: Shared): Promise<void> {
  response.setHeader('Content-Type', CONTENT_TYPE);
  response.setHeader('Vary', 'Accept-Encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) return end(request, response, 200, page.body);
  // A scrape is sent over a local network: the fastest level leaves the CPU to the work that is watched.
  page.zipped ??= gzipAsync(page.body, { level: constants.Z_BEST_SPEED });
  const zipped = await page.zipped;
  response.setHeader('Content-Encoding', 'gzip');
  end(request, response, 200, zipped);
}

function plain(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  end(request, response, status, Buffer.from(text));
}

function end(request: IncomingMessage, response: ServerResponse, status: number, body: Buffer): void {
  response.statusCode = status;
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** RFC 9110, 12.5.3: gzip or `*` is named and not with weight 0; gzip's own weight goes first. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of String(header ?? '').split(',')) {
    const [coding = '', ...parameters] = part.toLowerCase().split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
