import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { mayLook } from './access.ts';
import { asEvent, Streams } from './streams.ts';

const asks = (remoteAddress: string, host: string, more = {}) => ({ socket: { remoteAddress }, headers: { host, ...more } }) as unknown as IncomingMessage;

it.each([
  ['127.0.0.1', 'localhost:9090', true],
  ['::1', '[::1]:9090', true],
  ['::ffff:127.0.0.1', '127.0.0.1:9090', true],
  ['127.0.0.1', 'node.localhost', true],
  ['10.0.0.7', 'localhost:9090', false],
  ['::ffff:10.0.0.7', 'localhost:9090', false],
  // A name on the web that leads here.
  ['127.0.0.1', 'evil.example:9090', false],
  ['127.0.0.1', 'localhost.evil.example', false],
  ['127.0.0.1', '127.0.0.1.evil.example', false],
  ['127.0.0.1', '', false],
])('from %s for %s: %j on loopback', (address, host, expected) => {
  expect([mayLook('loopback', asks(address, host)), mayLook('everywhere', asks(address, host))]).toEqual([expected, true]);
});

it('a proxy on this machine is not a browser on it', () => {
  expect(mayLook('loopback', asks('127.0.0.1', 'localhost', { 'x-forwarded-for': '10.0.0.7' }))).toBe(false);
  expect(mayLook('loopback', asks('127.0.0.1', 'localhost', { forwarded: 'for=10.0.0.7' }))).toBe(false);
});

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function serve(streams: Streams, first?: Buffer) {
  const server = createServer((request, response) => streams.open(request, response, first));
  closers.push(() => (streams.close(), server.close(), server.closeAllConnections()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

it('sends the first event to one, later ones to all, and ends them', async () => {
  const streams = new Streams({ clients: 2 });
  const url = await serve(streams, asEvent('frame', { n: 1 }));
  const [one, two, three] = [await fetch(url), await fetch(url), await fetch(url)];
  expect([one.status, one.headers.get('content-type'), two.status, three.status, await three.text()]).toEqual([200, 'text/event-stream', 200, 503, '2 pages are open already.\n']);
  streams.send(asEvent('frame', { text: 'a\nb' }));
  streams.close();
  const text = 'retry: 1000\n\nevent: frame\ndata: {"n":1}\n\nevent: frame\ndata: {"text":"a\\nb"}\n\n';
  expect([await one.text(), await two.text()]).toEqual([text, text]);
  expect((await fetch(url)).status).toBe(503);
});

it('gives a client that does not read no second event', async () => {
  const streams = new Streams();
  const url = await serve(streams);
  const response = await fetch(url);
  const big = Buffer.alloc(16 * 1024 * 1024, ' ');
  for (let i = 0; i < 20; i++) streams.send(big);
  streams.send(Buffer.from('event: late\n\n'));
  streams.close();
  const got = await response.text();
  expect([got.length, got.includes('late')]).toEqual(['retry: 1000\n\n'.length + big.length, false]);
});

it('lets a stream end after its life, and a place is free again', async () => {
  const streams = new Streams({ clients: 1, life: 20, silence: 5 });
  const url = await serve(streams);
  expect(await (await fetch(url)).text()).toMatch(/^retry: 1000\n\n(:\n\n)*$/);
  expect((await fetch(url)).status).toBe(200);
});
