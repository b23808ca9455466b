import { EventEmitter } from 'node:events';
import type { Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from './listen.ts';

/** A server whose listen() fails with the given errors, by host. */
class FakeServer extends EventEmitter {
  readonly asked: object[] = [];
  readonly #errors: Record<string, string>;

  constructor(errors: Record<string, string>) {
    super();
    this.#errors = errors;
  }

  listen(options: { host: string; port: number }): void {
    this.asked.push(options);
    const code = this.#errors[options.host];
    process.nextTick(() => {
      if (code === undefined) this.emit('listening');
      else this.emit('error', Object.assign(new Error(`listen ${code}`), { code }));
    });
  }

  address() {
    const { host, port } = this.asked.at(-1) as { host: string; port: number };
    return { address: host, family: host.includes(':') ? 'IPv6' : 'IPv4', port };
  }
}

const asServer = (fake: FakeServer) => fake as unknown as Server;

describe('listen without a host', () => {
  it('asks for IPv6 and IPv4 in one socket', async () => {
    const fake = new FakeServer({});
    const bound = await listen(asServer(fake), 'metrics', ':9090');
    expect(fake.asked).toEqual([{ host: '::', port: 9090, ipv6Only: false, backlog: 128 }]);
    expect(bound).toEqual({ address: '::', family: 'IPv6', port: 9090, text: '[::]:9090' });
  });

  it('takes IPv4 alone where there is no IPv6', async () => {
    const fake = new FakeServer({ '::': 'EAFNOSUPPORT' });
    expect((await listen(asServer(fake), 'metrics', ':9090')).text).toBe('0.0.0.0:9090');
  });

  it('does not hide a port that is taken on IPv6', async () => {
    const fake = new FakeServer({ '::': 'EADDRINUSE' });
    await expect(listen(asServer(fake), 'metrics', ':9090')).rejects.toMatchObject({ code: 'CW_PORT_IN_USE' });
    expect(fake.asked).toHaveLength(1);
  });
});

it('leaves no listener of its own behind', async () => {
  const fake = new FakeServer({});
  await listen(asServer(fake), 'health', '127.0.0.1:1');
  expect([fake.listenerCount('error'), fake.listenerCount('listening')]).toEqual([0, 0]);
});

it.each([
  ['EACCES', 'CW_PERMISSION', 'cannot serve health on localhost:80 (--health-addr): permission denied.'],
  ['ENOTFOUND', 'CW_ADDRESS', 'cannot serve health on localhost:80 (--health-addr): this machine has no such address (ENOTFOUND).'],
  ['EMFILE', 'CW_SERVER', 'cannot serve health on localhost:80 (--health-addr): listen EMFILE.'],
])('%s becomes %s', async (errno, code, message) => {
  const fake = new FakeServer({ localhost: errno });
  await expect(listen(asServer(fake), 'health', 'localhost:80')).rejects.toMatchObject({ code, message });
});
