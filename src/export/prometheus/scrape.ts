import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '../types.ts';
import { type Body, CODINGS } from './coding.ts';
import { type Offer, chooseCoding, chooseOffer } from './negotiate.ts';
import { type Page, SharedPage } from './page.ts';
import { type Reader, Readers } from './readers.ts';

/** A format that a client can ask for. */
export interface Served extends Offer {
  readonly contentType: string;
}

export interface ScrapeOptions<F extends Served> {
  /** A client that accepts none of them gets the last one. */
  readonly formats: readonly F[];
  /** Makes a collection. May throw or reject. */
  readonly collect: () => Promise<Page<F>>;
  /** Whether a new counter starts at 0 for each reader. @default yes */
  readonly zeroStart?: (() => boolean) | undefined;
  /** Called after each collection, with the error if it failed or is incomplete. */
  readonly onResult?: ((error: unknown) => void) | undefined;
  /** Called when a scrape begins to be collected and written, and when no scrape is any more. */
  readonly onWriting?: ((busy: boolean) => void) | undefined;
  /** Time-out of a collection, milliseconds. @default 10000 */
  readonly timeout?: number | undefined;
}

/**
 * The handler of /metrics. Requests that arrive while a collection runs share it and its bodies, so
 * simultaneous scrapes cost one collection. Bodies differ only in the series that are new to a reader.
 */
export function scrapeHandler<F extends Served>(options: ScrapeOptions<F>): Handler {
  const readers = new Readers();
  const { zeroStart = () => true, onResult = () => {}, onWriting = () => {} } = options;
  let running: Promise<SharedPage<F>> | undefined;
  const shared = (): Promise<SharedPage<F>> => {
    running ??= collectOnce(options).finally(() => (running = undefined));
    return running;
  };
  let writing = 0;
  const write = async (request: IncomingMessage, reader: Reader | undefined) => {
    if (writing++ === 0) onWriting(true);
    try {
      const page = await shared();
      const format = chooseOffer(request.headers.accept, options.formats);
      const since = reader !== undefined && zeroStart() ? reader.since(page.time) : Infinity;
      const coding = chooseCoding(request.headers['accept-encoding'], CODINGS);
      const body = await (await bodyOf(page, format, since, onResult)).in(coding);
      return { page, format, coding, body };
    } finally {
      if (--writing === 0) onWriting(false);
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The response to HEAD has no values, so the reader has received nothing.
    const reader = request.method === 'GET' ? readers.of(request) : undefined;
    const { page, format, coding, body } = await write(request, reader);
    response.setHeader('Content-Type', format.contentType);
    if (coding !== 'identity') response.setHeader('Content-Encoding', coding);
    // Bodies differ by reader, so no cache may answer.
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    response.setHeader('Cache-Control', 'no-store');
    if (reader !== undefined) response.once('finish', () => reader.sent(page.time));
    end(request, response, 200, body);
  };
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      plain(request, response, 405, 'Only GET and HEAD are allowed.\n');
      return;
    }
    answer(request, response).catch(() => plain(request, response, 500, 'The metrics could not be collected. See the log.\n'));
  };
}

async function collectOnce<F extends Served>({ collect, onResult, timeout = 10_000 }: ScrapeOptions<F>): Promise<SharedPage<F>> {
  let page: Page<F>;
  try {
    page = await within(timeout, collect);
  } catch (error) {
    onResult?.(error);
    throw error;
  }
  onResult?.(page.errors.length === 0 ? undefined : new AggregateError(page.errors, 'metrics are incomplete'));
  return new SharedPage(page);
}

async function bodyOf<F>(page: SharedPage<F>, format: F, since: number, onError: (error: unknown) => void): Promise<Body> {
  try {
    return await page.body(format, since);
  } catch (error) {
    onError(error);
    throw error;
  }
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

function plain(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  end(request, response, status, [Buffer.from(text)]);
}

function end(request: IncomingMessage, response: ServerResponse, status: number, body: readonly Buffer[]): void {
  response.statusCode = status;
  response.setHeader('Content-Length', body.reduce((length, part) => length + part.length, 0));
  response.cork();
  if (request.method !== 'HEAD') for (const part of body) response.write(part);
  response.end();
}
