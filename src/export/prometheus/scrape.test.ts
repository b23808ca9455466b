import { once } from 'node:events';
import { type IncomingMessage, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib, { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Body } from './coding.ts';
import { Exposition } from './exposition.ts';
import { TEXT } from './format.ts';
import { OPENMETRICS } from './openmetrics.ts';
import { type Page } from './page.ts';
import { Regions } from './regions.ts';
import { type ScrapeOptions, scrapeHandler } from './scrape.ts';
import { Written } from './written.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const formats = [new Exposition()];
let time = 0;

/** @param values values of a counter by the time at which their series appeared */
function pageOf(text: string, ...values: [appeared: number, start: number, end: number][]): Page<Exposition> {
  const regions = new Regions();
  for (const [appeared, start, end] of values) regions.add(appeared, start, end);
  const written = new Written([{ bytes: Buffer.from(text), regions }]);
  return { time: ++time, errors: [], write: () => Promise.resolve(written) };
}

async function serve(options: Partial<ScrapeOptions<Exposition>>, afterRequest = (): void => {}) {
  const results: unknown[] = [];
  const handler = scrapeHandler({ formats, collect: async () => pageOf('a 1\n'), onResult: (error) => results.push(error), ...options });
  const server = createServer((request, response) => {
    handler(request, response);
    afterRequest();
  }).listen(0, '127.0.0.1');
  closers.push(() => server.close(), () => server.closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const scrape = async (method = 'GET', headers: Record<string, string> = {}) => {
    const sent = request({ port, method, headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
  };
  return { results, scrape };
}

describe('scrapeHandler', () => {
  it('says when it writes and when it is done, once for scrapes at the same time and also after an error', async () => {
    const said: boolean[] = [];
    const collect = vi.fn(async () => pageOf('a 1\n'));
    const { scrape } = await serve({ collect, onWriting: (busy) => said.push(busy) });
    await scrape();
    expect(said).toEqual([true, false]);
    collect.mockRejectedValue(new Error('no'));
    expect((await scrape()).status).toBe(500);
    expect(said).toEqual([true, false, true, false]);
    const { promise, resolve } = Promise.withResolvers<Page<Exposition>>();
    collect.mockReturnValue(promise);
    const both = [scrape(), scrape()];
    await vi.waitFor(() => expect(said).toHaveLength(5));
    resolve(pageOf('a 1\n'));
    await Promise.all(both);
    expect(said).toEqual([true, false, true, false, true, false]);
  });

  it('serves the page', async () => {
    const { results, scrape } = await serve({});
    const { status, headers, body } = await scrape();
    expect([status, String(body)]).toEqual([200, 'a 1\n']);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'content-length': '4',
      vary: 'Accept, Accept-Encoding',
      'cache-control': 'no-store',
    });
    expect(headers['content-encoding']).toBeUndefined();
    expect(results).toEqual([undefined]);
  });

  it('compresses when it is asked to', async () => {
    const { scrape } = await serve({});
    const { headers, body } = await scrape('GET', { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(String(gunzipSync(body))).toBe('a 1\n');
  });

  it('compresses by zstd when it may choose, once for all who ask for the same', async () => {
    const { scrape } = await serve({});
    const { headers, body } = await scrape('GET', { 'accept-encoding': 'gzip, zstd' });
    expect(headers['content-encoding']).toBe('zstd');
    expect(String(zstdDecompressSync(body))).toBe('a 1\n');
    const once = new Body([Buffer.from('a')]);
    expect(once.in('zstd')).toBe(once.in('zstd'));
    expect(once.in('identity')).toBe(once.plain);
  });

  it('has no zstd where Node.js has none', async () => {
    const { createZstdCompress: _, ...older } = zlib;
    vi.resetModules();
    vi.doMock('node:zlib', () => ({ ...older, default: older }));
    const { CODINGS } = await import('./coding.ts');
    vi.doUnmock('node:zlib');
    expect(CODINGS).toEqual(['gzip']);
  });

  it('serves each format as what it is', async () => {
    const formats = [new Exposition(OPENMETRICS), new Exposition(TEXT)];
    const write = async (format: Exposition): Promise<Written> => new Written([{ bytes: Buffer.from(format.version), regions: new Regions() }]);
    const { scrape } = await serve({ formats, collect: async () => ({ time: 1, errors: [], write }) });
    const get = async (accept: string) => {
      const { headers, body } = await scrape('GET', { accept });
      return [headers['content-type'], String(body)];
    };
    expect(await get('application/openmetrics-text; version=1.0.0')).toEqual(['application/openmetrics-text; version=1.0.0; charset=utf-8', '1.0.0']);
    expect(await get('*/*')).toEqual(['text/plain; version=0.0.4; charset=utf-8', '0.0.4']);
  });

  it('tells its owner that a page could not be written', async () => {
    const failure = new Error('no such series');
    const write = () => Promise.reject<Written>(failure);
    const { results, scrape } = await serve({ collect: async () => ({ time: 1, errors: [], write }) });
    expect((await scrape()).status).toBe(500);
    expect(results).toEqual([undefined, failure]);
  });

  it('answers HEAD without a body', async () => {
    const { scrape } = await serve({});
    const { status, headers, body } = await scrape('HEAD');
    expect([status, headers['content-length'], body.length]).toEqual([200, '4', 0]);
  });

  it.each(['POST', 'PUT', 'DELETE'])('refuses %s without a collection', async (method) => {
    const { results, scrape } = await serve({});
    const { status, headers } = await scrape(method);
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect(results).toEqual([]);
  });

  it('shares one collection among scrapes at the same time, and collects anew for the next', async () => {
    let collections = 0;
    let arrived = 0;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const collect = async (): Promise<Page<Exposition>> => {
      const page = pageOf(`a ${++collections}\n`);
      await gate;
      return page;
    };
    const { results, scrape } = await serve({ collect }, () => {
      if (++arrived === 3) open();
    });
    const [first, zipped] = await Promise.all([
      scrape(),
      scrape('GET', { 'accept-encoding': 'gzip' }),
      scrape('HEAD', { 'accept-encoding': 'gzip' }),
    ]);
    expect([String(first.body), String(gunzipSync(zipped.body))]).toEqual(['a 1\n', 'a 1\n']);
    expect([collections, results]).toEqual([1, [undefined]]);
    expect(String((await scrape()).body)).toBe('a 2\n');
  });

  it.each<[string, () => Promise<Page<Exposition>>]>([
    ['rejects', () => Promise.reject(new Error('broken at 10.0.0.1'))],
    [
      'throws',
      () => {
        throw new Error('broken at 10.0.0.1');
      },
    ],
  ])('says so when a collection %s, and tries again the next time', async (_, collect) => {
    const { results, scrape } = await serve({ collect });
    const { status, headers, body } = await scrape('GET', { 'accept-encoding': 'gzip' });
    expect([status, String(body)]).toEqual([500, 'The metrics could not be collected. See the log.\n']);
    expect(headers['content-encoding']).toBeUndefined();
    expect((await scrape()).status).toBe(500);
    expect(results).toEqual([new Error('broken at 10.0.0.1'), new Error('broken at 10.0.0.1')]);
  });

  it('does not wait for ever', async () => {
    const { results, scrape } = await serve({ collect: () => new Promise(() => {}), timeout: 1 });
    expect((await scrape()).status).toBe(500);
    expect(results).toEqual([new Error('the collection took more than 1 ms')]);
  });

  it('serves what there is when a part could not be collected, and tells the owner', async () => {
    const part = new Error('no such file');
    const { results, scrape } = await serve({ collect: async () => ({ ...pageOf('a 1\n'), errors: [part] }) });
    expect((await scrape()).status).toBe(200);
    expect(results).toEqual([new AggregateError([part], 'metrics are incomplete')]);
  });
});
