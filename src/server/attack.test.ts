import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Checker } from '../health/index.ts';
import { DEFAULT_LIMITS, type Limits } from './limited/limits.ts';
import { Manager } from './index.ts';

const BODY = Buffer.alloc(8 * 1024 * 1024, 'x');
const sockets: Socket[] = [];
let manager: Manager;

/** @returns port of a metrics server whose page is long */
async function serve(limits: Partial<Limits>): Promise<number> {
  manager = new Manager({
    metricsAddr: '127.0.0.1:0',
    healthAddr: '127.0.0.1:0',
    healthCheck: new Checker(),
    metricsRoutes: { '/metrics': (_, response) => void response.end('up 1\n'), '/long': (_, response) => void response.end(BODY), '/never': () => {} },
    limits: { ...DEFAULT_LIMITS, checkEvery: 10, ...limits },
  });
  return (await manager.start()).metrics.port;
}

/** A client with another loopback address than the scraper. */
async function open(port: number, text: string, localAddress = '127.0.0.2'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await manager.close();
});

it('closes headers that never end', async () => {
  const port = await serve({ firstRequest: 50 });
  const slow = await open(port, 'GET / HTTP/1.1\r\nX: ');
  const drip = setInterval(() => slow.write('x'), 5);
  // Not once(): with bytes on the way the end is a reset, which is an error.
  await new Promise((resolve) => slow.resume().on('close', resolve));
  clearInterval(drip);
});

it('answers a scraper beside 500 half-open requests, which push out one another', async () => {
  const port = await serve({ connections: 32, firstRequest: 3_600_000 });
  const scraper = await open(port, '', '127.0.0.1');
  let closed = 0;
  for (let n = 0; n < 500; n++) (await open(port, 'GET / HTTP/1.1\r\n')).resume().on('close', () => closed++);
  scraper.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(String((await once(scraper, 'data'))[0])).toContain('up 1');
  expect(closed).toBeGreaterThan(400);
});

it('answers a scraper while as many as may never read', async () => {
  const port = await serve({ responses: 4, slowReader: 50 });
  for (let n = 0; n < 12; n++) (await open(port, 'GET /long HTTP/1.1\r\nHost: x\r\n\r\n')).pause();
  expect(await scrape(port)).toBe('up 1\n');
});

it('closes a connection with too many unanswered requests', async () => {
  const port = await serve({ pipelined: 3 });
  const socket = await open(port, 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  expect(await scrape(port)).toBe('up 1\n');
  expect(socket.resume().readyState).toBe('open');
  socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.on('close', resolve));
});

it('closes a connection on which nothing moves', async () => {
  const port = await serve({ stalled: 50 });
  await new Promise((resolve) => void open(port, 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n').then((socket) => socket.resume().on('close', resolve)));
});

it('refuses headers above 16 KiB', async () => {
  const port = await serve({});
  const get = (size: number) => fetch(`http://127.0.0.1:${port}/metrics`, { headers: { 'x-long': 'x'.repeat(size) } });
  expect([(await get(15 * 1024)).status, (await get(16 * 1024)).status]).toEqual([200, 431]);
});

it('answers 100 at once', async () => {
  const port = await serve({ responses: 4 });
  expect(new Set(await Promise.all(Array.from({ length: 100 }, () => scrape(port))))).toEqual(new Set(['up 1\n']));
}, 60_000);
