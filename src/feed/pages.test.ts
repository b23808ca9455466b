import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { createFeed, type FeedOptions } from './index.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const IDLE = { producer: () => ({}), snapshot: undefined, config: { interval: 5000 }, sizes: () => [] } as unknown as FeedOptions['collector'];

/** A server with the routes of a feed. @returns asks for a path with headers */
async function serve(access: FeedOptions['access']) {
  const { routes, close } = createFeed({ access, collector: IDLE, self: {} as FeedOptions['self'] }, () => {});
  const server = createServer((request, response) => {
    const handler = routes[request.url!];
    if (handler === undefined) response.writeHead(404).end();
    else void handler(request, response);
  });
  closers.push(() => (close(), server.close(), server.closeAllConnections()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      get({ port, path, headers: { host: `localhost:${port}`, ...headers } }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode!, headers: response.headers, body }), reject);
      }).on('error', reject);
    });
}

const PATHS = ['/ui', '/ui/app.js', '/ui/app.css'];

it('lets the browser run and load nothing but its own files', async () => {
  const ask = await serve('loopback');
  for (const path of PATHS) {
    const { status, headers } = await ask(path);
    expect([status, headers['content-security-policy']]).toEqual([200, expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; /)]);
  }
  const { body } = await ask('/ui');
  expect(body).not.toMatch(/<script(?![^>]* src="\/ui\/app\.js")|<style| on\w+=|https?:/);
  expect(await ask('/ui/')).toMatchObject({ status: 308, headers: { location: '/ui' } });
});

it('is small: less than 100 kB zipped', async () => {
  const ask = await serve('loopback');
  const zipped = await Promise.all(PATHS.map((path) => ask(path, { 'accept-encoding': 'gzip' })));
  expect(zipped.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip', 'gzip']);
  expect(zipped.reduce((sum, { headers }) => sum + Number(headers['content-length']), 0)).toBeLessThan(100_000);
});

it('refuses other names and proxies, unless it is for everyone', async () => {
  const paths = [...PATHS, '/ui/'];
  const [loopback, everywhere] = [await serve('loopback'), await serve('everywhere')];
  for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-for': '10.0.0.7' }] as Record<string, string>[]) {
    expect(await Promise.all([...paths, '/ui/events'].map(async (path) => (await loopback(path, headers)).status))).toEqual([403, 403, 403, 403, 403]);
    expect(await Promise.all(paths.map(async (path) => (await everywhere(path, headers)).status))).toEqual([200, 200, 200, 308]);
  }
});

it('is not there when it is off', async () => {
  expect((await (await serve('off'))('/ui')).status).toBe(404);
});
