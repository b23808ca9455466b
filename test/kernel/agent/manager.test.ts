import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Manager, TCP_STATES } from '../../../src/ebpf/index.ts';
import type { Config, Cut } from '../../../src/ebpf/index.ts';
import { preload } from '../../../src/ebpf/loading/preload.ts';
import { cutOf } from '../../harness/cut.ts';
import { openFiles, turns } from '../../harness/files.ts';
import { describeKernel } from '../../harness/host.ts';
import { bpfHeldBy, noteBpf } from '../../harness/kernel/bpf.ts';
import { Generator } from '../../harness/traffic.ts';

/** Live sockets on a port by role and state. */
function mine(manager: Manager, { live }: Cut, port: number): Record<string, number> {
  const found: Record<string, number> = {};
  for (let row = 0; row < live.rows; row++) {
    const key = manager.get(live.key[row]!);
    if (key?.port !== port) continue;
    const name = `${key.role} ${TCP_STATES[live.state[row]!]}`;
    found[name] = (found[name] ?? 0) + live.count[row]!;
  }
  return found;
}

async function pairs(count: number) {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  return {
    port,
    async close() {
      const ends = clients.map((client) => once(client, 'close'));
      for (const socket of [...clients, ...accepted]) socket.resetAndDestroy();
      await Promise.all(ends);
      await new Promise((done) => server.close(done));
    },
  };
}

describeKernel('ebpf.Manager on the real kernel', () => {
  it('takes the programs that were loaded ahead with the same settings, and only those', async () => {
    const settings = { ringSize: 4 << 20, connSlots: 1024, syncFailures: 'off' } as const;
    const held = async (config: Partial<Config>) => {
      await using manager = new Manager(config);
      manager.start();
      noteBpf();
      const open = await pairs(20);
      expect(mine(manager, await cutOf(manager), open.port)).toEqual({ 'client established': 20, 'server established': 20 });
      await open.close();
      return bpfHeldBy(process.pid).length;
    };
    const alone = await held(settings);
    const before = bpfHeldBy(process.pid).length;
    preload(settings);
    expect(await held(settings)).toBe(alone);
    expect(bpfHeldBy(process.pid).length).toBe(before);
    preload(settings);
    // Those that nobody has taken stay, beside its own.
    expect(await held({ ...settings, ringSize: 8 << 20 })).toBeGreaterThan(alone);
    expect(await held(settings)).toBe(alone);
    expect(bpfHeldBy(process.pid).length).toBe(before);
  });

  it('says when it starts what went wrong ahead', async () => {
    const settings = { objectPath: '/nowhere/connwatch.bpf.o' };
    preload(settings);
    await using manager = new Manager(settings);
    expect(() => manager.start()).toThrow(expect.objectContaining({ code: 'CW_BPF_OPEN' }) as Error);
  });

  it.each([65_536, 16])('counts live sockets with %i slots for start records', async (connSlots) => {
    await using manager = new Manager({ connSlots });
    manager.start();
    noteBpf();
    const open = await pairs(200);
    const during = await cutOf(manager);
    expect(mine(manager, during, open.port)).toEqual({ 'client established': 200, 'server established': 200 });
    expect(during.stats.lost.every(({ total }) => total === 0)).toBe(true);
    await open.close();
    expect(mine(manager, await cutOf(manager), open.port)).toEqual({});
  });

  it('misses none without a slot while others come and go', async () => {
    await using manager = new Manager({ connSlots: 16 });
    manager.start();
    noteBpf();
    const open = await pairs(400);
    using generator = new Generator();
    const others = [0, 1].map(() => generator.run('others', ['plain', '--port', '0', '--own-listener', '--count', '20000']));
    let busy = true;
    const ended = Promise.all(others).finally(() => (busy = false));
    const seen = new Map<string, number>();
    while (busy) {
      const live = JSON.stringify(mine(manager, await cutOf(manager), open.port));
      seen.set(live, (seen.get(live) ?? 0) + 1);
    }
    await ended;
    expect([...seen.keys()]).toEqual([JSON.stringify({ 'client established': 400, 'server established': 400 })]);
    expect([...seen.values()][0]).toBeGreaterThan(10);
    await open.close();
  });

  it('knows the owner of a listener that was there before it', async () => {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await using manager = new Manager();
    manager.start();
    const owners: (string | undefined)[] = [];
    const subscription = manager.batches.subscribe((batch) => {
      for (const id of batch.keys) {
        const key = manager.get(id);
        if (key?.role === 'server' && key.port === (server.address() as AddressInfo).port) owners.push(key.executable);
      }
    });
    await once(connect((server.address() as AddressInfo).port, '127.0.0.1').resume(), 'close');
    await cutOf(manager);
    subscription.unsubscribe();
    await new Promise((done) => server.close(done));
    // The accept and the close of the server's side.
    expect(owners).toEqual(['node', 'node']);
  });

  it('may be closed twice, in a callback of its own, and not be used afterwards', async () => {
    const manager = new Manager();
    // What was there before the start comes in a batch at once.
    manager.batches.subscribe(({ cut }) => cut && void manager.close());
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
      noteBpf();
      await cutOf(manager);
      await manager.close();
      await turns();
    }
    expect(openFiles()).toEqual(before);
  });
});
