import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Checker } from '../health/index.ts';
import { Manager, defaultConfig, type Config, type Handler } from './index.ts';

const managers: Manager[] = [];
const errors: [string, string][] = [];

function manager(config: Partial<Config> = {}): Manager {
  const made = new Manager({
    metricsAddr: '127.0.0.1:0',
    healthAddr: '127.0.0.1:0',
    healthCheck: new Checker(),
    onError: (server, error) => errors.push([server, error.message]),
    ...config,
  });
  managers.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(managers.splice(0).map((made) => made.close()));
  errors.length = 0;
});

async function raw(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  if (text) socket.write(text);
  return socket;
}

async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A handler that responds after `release`; `entered` resolves when it is called. */
function held() {
  const entered = deferred<void>();
  const gate = deferred<void>();
  const handler: Handler = async (_, response) => {
    entered.resolve();
    await gate.promise;
    response.end('done');
  };
  return { handler, entered: entered.promise, release: () => gate.resolve() };
}

/** Status of a request whose target is a whole URL. */
async function inAbsoluteForm(address: string, path: string): Promise<number> {
  const port = Number(address.split(':').at(-1));
  const socket = await raw(port, `GET http://${address}${path} HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n\r\n`);
  return Number((await rest(socket)).split(' ')[1]);
}

const GET = 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n';

describe('routes', () => {
  it('serves what it was given, probes, and 404 for the rest', async () => {
    const { metrics, health } = await manager({
      metricsRoutes: { '/metrics': (_, response) => void response.end('up 1\n') },
    }).start();
    const get = async (text: string, path: string) => {
      const response = await fetch(`http://${text}${path}`);
      return [path, response.status, await response.text()];
    };
    expect(await get(metrics.text, '/metrics?x=1')).toEqual(['/metrics?x=1', 200, 'up 1\n']);
    expect(await inAbsoluteForm(metrics.text, '/metrics?x')).toBe(200);
    expect(await get(metrics.text, '/metrics/')).toEqual(['/metrics/', 404, 'Not found\n']);
    expect(await get(metrics.text, '/liveness')).toEqual(['/liveness', 404, 'Not found\n']);
    expect(await get(health.text, '/liveness')).toEqual(['/liveness', 200, 'OK']);
    expect(await get(health.text, '/readiness')).toEqual(['/readiness', 503, 'Not ready']);
    expect((await get(health.text, '/health'))[2]).toMatch(/^\{"ready":false,"alive":true,"timestamp":\d+\}\n$/);
    expect(await get(health.text, '/')).toEqual(['/', 404, 'Not found\n']);
  });

  it('shows a landing page with links', async () => {
    const { metrics, health } = await manager({ metricsRoutes: { '/metrics': () => {}, '/a"<b>': () => {} } }).start();
    const response = await fetch(`http://${metrics.text}/`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('<a href="/metrics">/metrics</a>');
    expect(page).toContain('<a href="/a&#34;&#60;b&#62;">');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
    expect(page).not.toMatch(/<script|<style|style=|Version/);
    expect(page).toContain(`<code>${health.text}</code>: <code>/liveness</code>, <code>/readiness</code>, <code>/health</code>.`);
    expect((await fetch(`http://${metrics.text}/`, { method: 'POST' })).status).toBe(405);
  });

  it('shows version and probes there, as they are now', async () => {
    const probe = { name: 'a<b>', mechanism: 'tp_btf', required: true, attached: false };
    const status = { version: '1.2.3', ready: true, probes: [] as (typeof probe)[] };
    const { metrics } = await manager({ status: () => status }).start();
    const page = async () => (await fetch(`http://${metrics.text}/`)).text();
    expect(await page()).toMatch(/Version 1\.2\.3, ready\.[^]*No probe is loaded yet/);
    status.probes = [probe, { ...probe, name: 'c', required: false, attached: true }];
    expect(await page()).toMatch(/<tr><td>a&#60;b&#62;<\/td><td>not attached<\/td><td>tp_btf<\/td><td>required<\/td><\/tr>\n.*<td>c<\/td><td>attached<\/td><td>tp_btf<\/td><td>optional<\/td>/);
  });

  it('leaves / to a route of that name', async () => {
    const { metrics } = await manager({ metricsRoutes: { '/': (_, response) => void response.end('mine') } }).start();
    expect(await (await fetch(`http://${metrics.text}/`)).text()).toBe('mine');
  });
});

describe('a handler that fails', () => {
  it('gives 500, is reported, and the server goes on', async () => {
    const { metrics } = await manager({
      metricsRoutes: {
        '/sync': () => {
          throw new Error('sync');
        },
        '/async': () => Promise.reject(new Error('async')),
        '/half': (_, response) => {
          response.writeHead(200, { 'content-length': 10 });
          response.write('half');
          throw new Error('half');
        },
        '/ok': (_, response) => void response.end('ok'),
      },
    }).start();
    for (const path of ['/sync', '/async']) {
      const response = await fetch(`http://${metrics.text}${path}`);
      expect([response.status, await response.text()]).toEqual([500, 'Internal server error\n']);
    }
    await expect(fetch(`http://${metrics.text}/half`).then((response) => response.text())).rejects.toThrow();
    expect(await (await fetch(`http://${metrics.text}/ok`)).text()).toBe('ok');
    expect(errors).toEqual([['metrics', 'sync'], ['metrics', 'async'], ['metrics', 'half']]);
  });

  it('that writes after the end is reported, and the server goes on', async () => {
    const { metrics } = await manager({
      metricsRoutes: {
        '/late': (_, response) => {
          response.end('done');
          response.write('late');
        },
      },
    }).start();
    for (let i = 0; i < 2; i++) expect(await (await fetch(`http://${metrics.text}/late`)).text()).toBe('done');
    expect(errors).toEqual([['metrics', 'write after end'], ['metrics', 'write after end']]);
  });

  it('may write after the client has gone', async () => {
    const slow = held();
    const written = deferred<void>();
    const { metrics } = await manager({
      metricsRoutes: {
        '/slow': async (request, response) => {
          const gone = once(request.socket, 'close');
          await slow.handler(request, { end: () => {} } as never);
          await gone;
          response.write('x');
          response.end('y');
          setImmediate(() => written.resolve());
        },
      },
    }).start();
    const socket = await raw(metrics.port, GET);
    await slow.entered;
    socket.destroy();
    slow.release();
    await written.promise;
    expect(errors).toEqual([]);
  });
});

describe('start', () => {
  it('names the address and the flag of a port that is taken, and frees the first', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const spare = createServer().listen(0, '127.0.0.1');
    await once(spare, 'listening');
    const free = (spare.address() as AddressInfo).port;
    await new Promise((resolve) => spare.close(resolve));

    const made = manager({ metricsAddr: `127.0.0.1:${free}`, healthAddr: taken });
    await expect(made.start()).rejects.toMatchObject({
      name: 'ConnwatchError',
      code: 'CW_PORT_IN_USE',
      message: `cannot serve health on ${taken} (--health-addr): the port is in use.`,
      hint: expect.stringContaining('choose another port with --health-addr') as string,
    });
    // The first server is closed: its port can be bound again.
    const again = manager({ metricsAddr: `127.0.0.1:${free}` });
    expect((await again.start()).metrics.port).toBe(free);
    await new Promise((resolve) => other.close(resolve));
  });

  it.each([
    ['256.1.1.1:0', 'CW_CONFIG', /--metrics-addr\): '256\.1\.1\.1' is neither/],
    ['192.0.2.1:0', 'CW_ADDRESS', /192\.0\.2\.1:0 \(--metrics-addr\): this machine has no such address \(EADDRNOTAVAIL\)/],
  ])('refuses %s', async (metricsAddr, code, message) => {
    await expect(manager({ metricsAddr }).start()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('happens once', async () => {
    const made = manager();
    await made.start();
    await expect(made.start()).rejects.toThrow('the servers can be started only once');
    const closed = manager();
    await closed.close();
    await expect(closed.start()).rejects.toThrow('the servers can be started only once');
  });

  it('gives way to a close() in its middle', async () => {
    const made = manager();
    const starting = made.start();
    await made.close();
    await expect(starting).rejects.toThrow('closed while they started');
  });

  it('listens on every interface, IPv4 and IPv6, without a host', async () => {
    const { metrics } = await manager({ metricsAddr: ':0' }).start();
    expect(['[::]', '0.0.0.0'].map((host) => `${host}:${metrics.port}`)).toContain(metrics.text);
    const hosts = metrics.family === 'IPv6' ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
    for (const host of hosts) expect((await fetch(`http://${host}:${metrics.port}/`)).status).toBe(200);
  });
});

describe('shutdownGracefully', () => {
  it('lets a running request end, and ends idle and silent connections at once', async () => {
    const slow = held();
    const made = manager({ metricsRoutes: { '/slow': slow.handler }, shutdownTimeout: 3_600_000 });
    const { metrics, health } = await made.start();
    const silent = rest(await raw(metrics.port, ''));
    const idle = rest(await raw(health.port, 'GET /liveness HTTP/1.1\r\nHost: x\r\n\r\n'));
    const busy = rest(await raw(metrics.port, GET));
    await slow.entered;

    const shutdown = made.shutdownGracefully();
    expect(await silent).toBe('');
    await expect(fetch(`http://${metrics.text}/`)).rejects.toThrow();
    expect((await fetch(`http://${health.text}/readiness`)).status).toBe(503);
    slow.release();
    expect(await busy).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*connection: close\r\n(.*\r\n)*\r\ndone$/);
    await shutdown;
    expect(await idle).toMatch(/OK$/);
    await expect(fetch(`http://${health.text}/liveness`)).rejects.toThrow();
  });

  it('ends a connection whose answer had begun before', async () => {
    const begun = deferred<() => void>();
    const made = manager({
      shutdownTimeout: 3_600_000,
      metricsRoutes: {
        '/slow': (_, response) => {
          response.write('begun,');
          begun.resolve(() => response.end('ended'));
        },
      },
    });
    const { metrics } = await made.start();
    const answer = rest(await raw(metrics.port, GET));
    const end = await begun.promise;
    const shutdown = made.shutdownGracefully();
    end();
    expect((await answer).replace(/\r\n[0-9a-f]+\r\n|\r\n/g, '')).toMatch(/begun,ended0?$/);
    await shutdown;
  });

  it('gives a slow reader every byte of an answer that has ended', async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'connwatch\n');
    const made = manager({ metricsRoutes: { '/slow': (_, response) => void response.end(body) }, shutdownTimeout: 3_600_000 });
    const { metrics } = await made.start();
    const socket = (await raw(metrics.port, GET)).pause();
    // The handler has ended the response, but the kernel holds only a part; the rest waits in this process.
    await once(socket, 'readable');
    const shutdown = made.shutdownGracefully();
    await expect(fetch(`http://${metrics.text}/`)).rejects.toThrow();
    const text = await rest(socket);
    expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(body.length);
    await shutdown;
  }, 60_000);

  it('takes a request that arrived before it', async () => {
    const made = manager({ metricsRoutes: { '/slow': (_, response) => void response.end('done') }, shutdownTimeout: 3_600_000 });
    const { metrics } = await made.start();
    const socket = await raw(metrics.port, GET);
    // The kernel has the request, and the server has not read it yet.
    const [answer] = await Promise.all([rest(socket), made.shutdownGracefully()]);
    expect(answer).toMatch(/\r\nconnection: close\r\n(.*\r\n)*\r\ndone$/i);
  });

  it.each(['runs when it begins', 'has ended before it'])('waits for the reader of a response that %s', async (when) => {
    const slow = held();
    const made = manager({ metricsRoutes: { '/slow': slow.handler }, shutdownTimeout: 3_600_000 });
    const { metrics, health } = await made.start();
    const socket = connect({ port: metrics.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(GET);
    await slow.entered;
    const early = when === 'has ended before it';
    if (early) {
      slow.release();
      await once(socket, 'readable');
    }
    const shutdown = made.shutdownGracefully();
    slow.release();
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await once(socket, 'end');
    expect(text).toMatch(/done$/);
    // The health server answers until the metrics server is done.
    for (let n = 0; n < 3; n++) expect((await fetch(`http://${health.text}/readiness`)).status).toBe(503);
    socket.end();
    await shutdown;
  });

  it('cuts a reader that never reads', async () => {
    const made = manager({ metricsRoutes: { '/slow': (_, response) => void response.end(Buffer.alloc(12 * 1024 * 1024)) }, shutdownTimeout: 5 });
    const { metrics } = await made.start();
    const socket = (await raw(metrics.port, GET)).pause();
    await once(socket, 'readable');
    await made.shutdownGracefully();
    expect((await rest(socket.on('error', () => {}))).length).toBeLessThan(12 * 1024 * 1024);
  });

  it('cuts a client that has the response and does not close', async () => {
    const made = manager({ metricsRoutes: { '/slow': (_, response) => void response.end('done') }, shutdownTimeout: 5 });
    const { metrics } = await made.start();
    const socket = connect({ port: metrics.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(GET);
    await once(socket, 'readable');
    await made.shutdownGracefully();
    socket.destroy();
  });

  it('cuts what does not end in time', async () => {
    const slow = held();
    const made = manager({ metricsRoutes: { '/slow': slow.handler }, shutdownTimeout: 5 });
    const { metrics } = await made.start();
    const cut = rest(await raw(metrics.port, GET));
    await slow.entered;
    await made.shutdownGracefully();
    expect(await cut).toBe('');
    slow.release();
  });

  it('is cut short by close()', async () => {
    const slow = held();
    const made = manager({ metricsRoutes: { '/slow': slow.handler }, shutdownTimeout: 3_600_000 });
    const { metrics } = await made.start();
    const cut = rest(await raw(metrics.port, GET));
    await slow.entered;
    const shutdown = made.shutdownGracefully();
    await made.close();
    await shutdown;
    expect(await cut).toBe('');
    slow.release();
  });
});

describe('close', () => {
  it('may come before start, twice, and by await using', async () => {
    const idle = manager();
    await Promise.all([idle.close(), idle.close(), idle.shutdownGracefully()]);
    let text: string;
    {
      await using made = manager();
      text = (await made.start()).health.text;
    }
    await expect(fetch(`http://${text}/liveness`)).rejects.toThrow();
  });
});

it('has the documented defaults', () => {
  expect(defaultConfig()).toMatchObject({ metricsAddr: ':9090', healthAddr: ':8080', shutdownTimeout: 10_000, metricsRoutes: {} });
});
