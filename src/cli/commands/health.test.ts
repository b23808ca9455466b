import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli.ts';
import { fakeHost } from '../fixtures.ts';
import { health, whereToAsk } from './health.ts';

/** Output and exit code of the command for a server. */
async function asked(answer: RequestListener, timeout = 10_000) {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  let said = '';
  try {
    const code = await health({ healthAddr: `127.0.0.1:${port}`, webConfigHealth: false, timeout, stdout: (text) => void (said += text) });
    return { code, said, port };
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const answers =
  (code: number, body: string): RequestListener =>
  ({ url }, response) => {
    response.writeHead(url === '/health' ? code : 404).end(url === '/health' ? body : 'Not found');
  };

describe('connwatch health', () => {
  it('prints the answer, and ends with 0 only when the agent is ready and alive', async () => {
    for (const [ready, alive, code] of [[true, true, 0], [false, true, 1], [true, false, 1], [false, false, 1]] as const) {
      const body = `${JSON.stringify({ ready, alive, timestamp: 1 })}\n`;
      expect(await asked(answers(code === 0 ? 200 : 503, body))).toMatchObject({ code, said: body });
    }
  });

  it('is not taken in by another program that has the port, and does not print what that says', async () => {
    for (const body of ['OK', 'null', '{"status":"up"}', '{"ready":1,"alive":1}']) {
      const { code, said, port } = await asked(answers(200, body));
      expect([code, said]).toEqual([1, `The server at 127.0.0.1:${port} is not connwatch.\n`]);
    }
  });

  it('takes no answer that is too long, and does not wait for its end', async () => {
    const { code, said, port } = await asked((_, response) => void response.write(`{"ready":true,"alive":true}${' '.repeat(4096)}`));
    expect([code, said]).toEqual([1, `The server at 127.0.0.1:${port} is not connwatch.\n`]);
  });

  it('gives up one that takes connections and does not answer', async () => {
    const { code, said, port } = await asked(() => {}, 20);
    expect([code, said]).toEqual([1, `No answer from 127.0.0.1:${port}: time-out after 0.02 s.\n`]);
  });

  it('says so when nobody is there', async () => {
    const { port } = await asked(answers(200, ''));
    const { host, seen } = fakeHost(['health'], { CONNWATCH_HEALTH_ADDR: `127.0.0.1:${port}` });
    expect([await cli(host), seen.stdout, seen.stderr]).toEqual([1, `No answer from 127.0.0.1:${port}: ECONNREFUSED.\n`, '']);
  });

  it('needs to know the port', async () => {
    const { host, seen } = fakeHost(['health', '--health-addr', ':0']);
    expect([await cli(host), seen.stdout]).toEqual([2, '']);
    expect(seen.stderr).toMatch(/^connwatch: with --health-addr :0 the agent takes any free port, so its address is unknown\.\n/);
  });
});

it.each([
  [':8080', '127.0.0.1', 8080],
  ['0.0.0.0:81', '127.0.0.1', 81],
  ['[::]:81', '::1', 81],
  ['[::1]:81', '::1', 81],
  ['192.0.2.7:81', '192.0.2.7', 81],
  ['localhost:81', 'localhost', 81],
])('an agent at %s is asked at %s', (healthAddr, host, port) => {
  expect(whereToAsk(healthAddr)).toEqual({ host, port });
});
