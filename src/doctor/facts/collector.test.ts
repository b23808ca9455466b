import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtlpTarget } from '../../config/index.ts';
import { tryCollectors } from './collector.ts';

const REST = { protocol: 'grpc' as const, url: undefined, plain: true, tls: { ca: undefined, cert: undefined, key: undefined }, tlsVariables: [], compression: 'none' as const, headerNames: [], headersFile: undefined, secrets: [] };
const servers: Pick<Server, 'close'>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listening(server: Server, at: string | number = 0): Promise<number> {
  servers.push(server);
  await once(server.listen(at as number, typeof at === 'number' ? '127.0.0.1' : undefined), 'listening');
  return (server.address() as AddressInfo).port;
}

async function problemOf(endpoint: string, socket?: string, rest: Pick<OtlpTarget, 'tls'> = REST): Promise<string | undefined> {
  const [collector] = await tryCollectors({ metrics: { endpoint, socket, ...REST, ...rest }, logs: undefined }, 200);
  expect(collector).toMatchObject({ signal: 'metrics', endpoint });
  return collector?.problem;
}

describe('tryCollectors', () => {
  it('is content with a server of HTTP/2, by TCP or by a unix socket', async () => {
    const port = await listening(createHttp2());
    expect(await problemOf(`http://127.0.0.1:${port}`)).toBeUndefined();
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-collector-'));
    const path = join(folder, 'socket');
    await listening(createHttp2(), path);
    expect(await problemOf('a unix socket', path)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it.each<[string, () => Server, string]>([
    ['does not answer', () => createServer(() => {}), 'no answer within 0.2 s'],
    ['resets', () => createServer((socket) => socket.resetAndDestroy()), 'it resets the connection'],
    ['closes', () => createServer((socket) => socket.end()), 'it accepts the connection and closes it'],
    ['speaks HTTP/1 only', () => createHttp((_, response) => response.end()), 'the server there does not speak gRPC (OTLP/HTTP has port 4318 by default, and needs the protocol http/protobuf)'],
  ])('says of one that %s', async (_, create, problem) => {
    expect(await problemOf(`http://127.0.0.1:${await listening(create())}`)).toBe(problem);
  });

  it.each<[string, () => Server]>([
    ['resets', () => createServer((socket) => socket.resetAndDestroy())],
    ['closes', () => createServer((socket) => socket.end())],
  ])('says of one that %s that perhaps it does not accept the client certificate', async (_, create) => {
    const problem = await problemOf(`http://127.0.0.1:${await listening(create())}`, undefined, { tls: { ...REST.tls, cert: Buffer.from('a certificate') } });
    expect(problem).toBe('it accepts the connection and closes it; perhaps it does not accept the client certificate');
  });

  it('says of one that is not there', async () => {
    const port = await listening(createServer());
    servers.pop()?.close();
    expect(await problemOf(`http://127.0.0.1:${port}`)).toBe('it refuses connections');
    expect(await problemOf('a unix socket', '/nowhere/socket')).toBe('there is no such socket');
    expect(await problemOf('http://collector.invalid:4317')).toMatch(/^(its name cannot be resolved|no answer within 0.2 s)$/);
  });

  it.each<[string, () => Server, string | undefined]>([
    ['takes what is posted', () => createHttp((_, response) => response.end()), undefined],
    ['wants credentials, which are not shown here', () => createHttp((_, response) => response.writeHead(401).end()), undefined],
    ['has nothing at this path', () => createHttp((_, response) => response.writeHead(404).end()), 'there is no OTLP receiver at this path (HTTP 404)'],
    ['does not answer', () => createServer(() => {}), 'no answer within 0.2 s'],
    ['speaks gRPC only', () => createHttp2(), 'the server there does not speak HTTP/1.1 (OTLP/gRPC has port 4317 by default)'],
  ])('says over HTTP of one that %s', async (_, create, problem) => {
    const endpoint = `http://127.0.0.1:${await listening(create())}`;
    const target = { endpoint, socket: undefined, ...REST, protocol: 'http/protobuf' as const, url: `${endpoint}/v1/metrics` };
    expect((await tryCollectors({ metrics: target, logs: undefined }, 200))[0]?.problem).toBe(problem);
  });

  it('tries both, or none', async () => {
    const target = { endpoint: `http://127.0.0.1:${await listening(createHttp2())}`, socket: undefined, ...REST };
    expect((await tryCollectors({ metrics: target, logs: target })).map(({ signal }) => signal)).toEqual(['metrics', 'logs']);
    expect(await tryCollectors({ metrics: undefined, logs: undefined })).toEqual([]);
  });
});
