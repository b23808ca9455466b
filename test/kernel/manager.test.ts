import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { expect, it } from 'vitest';
import { Manager, TCP_STATES } from '../../src/ebpf/index.ts';
import type { Batch, Cut } from '../../src/ebpf/index.ts';
import { describeKernel } from '../harness/host.ts';

/** Asks for a cut and awaits it. */
async function cut(manager: Manager): Promise<Cut> {
  const next = firstValueFrom(manager.batches.pipe(filter((batch: Batch) => batch.cut !== undefined)));
  manager.requestCut();
  return (await next).cut!;
}

/** Live sockets of this process by role and state. */
function mine(manager: Manager, { live }: Cut): Record<string, number> {
  const found: Record<string, number> = {};
  for (let row = 0; row < live.rows; row++) {
    const key = manager.get(live.key[row]!);
    if (key?.process?.pid !== process.pid) continue;
    const name = `${key.role} ${TCP_STATES[live.state[row]!]}`;
    found[name] = (found[name] ?? 0) + live.count[row]!;
  }
  return found;
}

/** libuv closes a poll handle's descriptor a turn of the loop later. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

async function pairs(count: number) {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  return {
    async close() {
      const ends = clients.map((client) => once(client, 'close'));
      for (const socket of [...clients, ...accepted]) socket.resetAndDestroy();
      await Promise.all(ends);
      await new Promise((done) => server.close(done));
    },
  };
}

/** The descriptors that a session opens; others come and go with vitest's own work. */
function openFiles(): string[] {
  const target = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // the one that readdir itself had open
    }
  };
  return readdirSync('/proc/self/fd').map(target).filter((name) => /bpf|btf|eventpoll/.test(name)).sort();
}

describeKernel('ebpf.Manager on the real kernel', () => {
  it.each([65_536, 16])('counts live sockets with %i slots for start records', async (connSlots) => {
    await using manager = new Manager({ connSlots });
    manager.start();
    const open = await pairs(200);
    const during = await cut(manager);
    expect(mine(manager, during)).toEqual({ 'client established': 200, 'server established': 200 });
    expect(during.stats.lost.every(({ total }) => total === 0)).toBe(true);
    await open.close();
    expect(mine(manager, await cut(manager))).toEqual({});
  });

  it('knows the owner of a listener that was there before it', async () => {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await using manager = new Manager();
    manager.start();
    const owners: (number | undefined)[] = [];
    const subscription = manager.batches.subscribe((batch) => {
      for (const id of batch.keys) {
        const key = manager.get(id);
        if (key?.role === 'server' && key.port === (server.address() as AddressInfo).port) owners.push(key.process?.pid);
      }
    });
    await once(connect((server.address() as AddressInfo).port, '127.0.0.1').resume(), 'close');
    await cut(manager);
    subscription.unsubscribe();
    await new Promise((done) => server.close(done));
    // The accept and the close of the server's side.
    expect(owners).toEqual([process.pid, process.pid]);
  });

  it('may be closed twice, in a callback of its own, and not be used afterwards', async () => {
    const manager = new Manager();
    manager.batches.subscribe(() => void manager.close());
    manager.start();
    manager.requestCut();
    await manager.close();
    await manager.close();
    expect(() => manager.requestCut()).toThrow('not loaded');
    expect(() => manager.stats()).toThrow('not loaded');
  });

  it('gives back every file descriptor', async () => {
    await turns();
    const before = openFiles();
    for (let round = 0; round < 5; round++) {
      const manager = new Manager();
      manager.start();
      await cut(manager);
      await manager.close();
      await turns();
    }
    expect(openFiles()).toEqual(before);
  });

  it('survives a worker that is terminated in the middle of a drain, twenty times', async () => {
    const source = `
      const { Manager } = await import(${JSON.stringify(new URL('../../src/ebpf/index.ts', import.meta.url).href)});
      const { parentPort } = await import('node:worker_threads');
      const manager = new Manager({ coalesce: 0 });
      let cuts = 0;
      manager.batches.subscribe((batch) => batch.cut && ++cuts === 3 && parentPort.postMessage('draining'));
      manager.start();
      setInterval(() => manager.requestCut(), 0);`;
    const run = async () => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
      await once(worker, 'message');
      await worker.terminate();
    };
    await run();
    const before = openFiles();
    for (let round = 0; round < 20; round++) await run();
    expect(openFiles()).toEqual(before);
  }, 60_000);
});
