import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Checker } from '../health/index.ts';
import { type Handler, Manager } from './index.ts';

const MOST = 128;

const clients: Socket[] = [];
let manager: Manager | undefined;

async function start(handler: Handler): Promise<{ readonly metrics: number; readonly health: string }> {
  manager = new Manager({ metricsAddr: '127.0.0.1:0', healthAddr: '127.0.0.1:0', healthCheck: new Checker(), metricsRoutes: { '/page': handler } });
  const { metrics, health } = await manager.start();
  return { metrics: metrics.port, health: health.text };
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await manager?.close();
});

async function client(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  clients.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const portOf = (address: string): number => Number(address.split(':').at(-1));

describe('more connections than there is room for', () => {
  it('that never ask leave room for a probe', async () => {
    const { health } = await start(() => {});
    const slow: Socket[] = [];
    const cut = new Set<Socket>();
    for (let made = 0; made < MOST + 72; made++) {
      const socket = await client(portOf(health), 'GET /liveness HTTP/1.1\r\nX: ');
      slow.push(socket.resume().on('close', () => cut.add(socket)));
    }
    expect((await fetch(`http://${health}/liveness`)).status).toBe(200);
    // The oldest 72, and one for the probe.
    const last = slow[72]!;
    if (!cut.has(last)) await once(last, 'close');
    expect(slow.map((socket) => cut.has(socket))).toEqual(slow.map((_, index) => index < 73));
  });

  it('spare those that once asked, as long as others never did', async () => {
    const { metrics } = await start((_, response) => void response.end('page'));
    const kept = await client(metrics, 'GET /page HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(kept, 'data');
    for (let made = 0; made < MOST; made++) await client(metrics, 'GET ');
    kept.write('GET /page HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(kept, 'data'))[0])).toContain('200 OK');
  });

  it('are turned away while every request runs', async () => {
    const answers: (() => void)[] = [];
    const full = Promise.withResolvers<void>();
    const { metrics } = await start((_, response) => {
      answers.push(() => response.end('page'));
      if (answers.length === MOST) full.resolve();
    });
    const asking: Socket[] = [];
    for (let made = 0; made < MOST; made++) asking.push(await client(metrics, 'GET /page HTTP/1.1\r\nHost: x\r\n\r\n'));
    await full.promise;
    const late = await client(metrics, 'GET /page HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(late.resume(), 'close');
    for (const answer of answers) answer();
    const said = await Promise.all(asking.map(async (socket) => String((await once(socket, 'data'))[0])));
    expect(said.filter((text) => text.includes('200 OK')).length).toBe(MOST);
  });
});
