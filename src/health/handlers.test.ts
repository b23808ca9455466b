import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checker } from './checker.ts';

let checker: Checker;
let server: Server;
let base: string;

beforeEach(async () => {
  checker = new Checker({ now: () => 1_700_000_000_000 });
  server = createServer((request, response) => {
    if (request.url === '/liveness') checker.livenessHandler(request, response);
    else if (request.url === '/readiness') checker.readinessHandler(request, response);
    else checker.healthHandler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function get(path: string, method = 'GET') {
  const response = await fetch(base + path, { method });
  return { code: response.status, body: await response.text(), headers: response.headers };
}

describe('probes', () => {
  it('answer for every state', async () => {
    const seen: unknown[] = [];
    for (const [ready, alive] of [[false, true], [true, true], [true, false], [false, false]] as const) {
      checker.setReady(ready);
      checker.setAlive(alive);
      for (const path of ['/liveness', '/readiness', '/health']) {
        const { code, body } = await get(path);
        seen.push([path, code, body]);
      }
    }
    expect(seen).toEqual([
      ['/liveness', 200, 'OK'],
      ['/readiness', 503, 'Not ready'],
      ['/health', 503, '{"ready":false,"alive":true,"timestamp":1700000000}\n'],
      ['/liveness', 200, 'OK'],
      ['/readiness', 200, 'Ready'],
      ['/health', 200, '{"ready":true,"alive":true,"timestamp":1700000000}\n'],
      ['/liveness', 503, 'Not alive'],
      ['/readiness', 200, 'Ready'],
      ['/health', 503, '{"ready":true,"alive":false,"timestamp":1700000000}\n'],
      ['/liveness', 503, 'Not alive'],
      ['/readiness', 503, 'Not ready'],
      ['/health', 503, '{"ready":false,"alive":false,"timestamp":1700000000}\n'],
    ]);
  });

  it.each(['/liveness', '/readiness', '/health'])('%s answers HEAD without a body and refuses other methods', async (path) => {
    checker.setReady(true);
    const head = await get(path, 'HEAD');
    expect([head.code, head.body]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await get(path, method);
      expect([refused.code, refused.body, refused.headers.get('allow')]).toEqual([405, 'Method not allowed', 'GET, HEAD']);
    }
  });

  it('name their type and are not cached', async () => {
    expect((await get('/health')).headers.get('content-type')).toBe('application/json');
    const { headers } = await get('/liveness');
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual(['text/plain; charset=utf-8', 'no-store']);
  });
});
