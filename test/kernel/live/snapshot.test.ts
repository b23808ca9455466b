import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SocketInfo } from '../../../src/live/sockets/sockets.ts';
import { AGENT } from '../../harness/agent.ts';
import { Live } from '../../harness/command.ts';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { watched } from '../../harness/watched.ts';

const folder = mkdtempSync(join(tmpdir(), 'connwatch-sockets-'));
const socket = join(folder, 'agent.sock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeKernel('connwatch snapshot', () => {
  const random = announcedRandom('snapshot');
  const on = watched({ args: ['--socket', socket], privileges: 'all' });

  async function ofNames(names: readonly string[]): Promise<SocketInfo[]> {
    await using live = new Live(['snapshot', '--json', '--socket', socket]);
    expect((await live.end()).code).toBe(0);
    return (live.said.lines as unknown as SocketInfo[]).filter(({ workload }) => names.includes(String(workload['process.executable.name'])));
  }

  it('has every open socket with its owner, bytes and queue', async () => {
    const names = { client: random.name('client'), server: random.name('server'), hang: random.name('hang') };
    const start = (name: string) => on.generator.start(name, ['talk', '--port', '0'], on.namespace);
    const [client, server] = [start(names.client), start(names.server)];
    const { port } = await server.tell('listen 10');
    await client.tell(`connect ${String(port)}`);
    await server.tell('accept');
    const [sent, unread, count] = [random.between(1, 100_000), random.between(1, 1000), random.between(2, 9)];
    await Promise.all([client.tell(`send 0 ${sent}`), server.tell(`read 0 ${sent}`)]);
    await client.tell(`send 0 ${unread}`);
    await server.tell(`arrived 0 ${unread}`);
    const hanging = on.generator.start(names.hang, ['hang', '--port', `${SILENT_PORT}`, '--count', `${count}`], on.namespace);
    await hanging.said.line({ hanging: true });
    // The first window's scan knows the namespace.
    await on.agent.settles((page) => page.sum('connwatch_tcp_connect_pending', { process_executable_name: names.hang }), count);
    const sockets = await ofNames(Object.values(names));
    const of = (name: string, state: string) => sockets.filter((one) => one.workload['process.executable.name'] === name && one.state === state);
    expect(sockets).toHaveLength(3 + count);
    const netns = on.namespace.inode;
    const [up] = of(names.client, 'established');
    expect(up).toMatchObject({ role: 'client', netns, address: '127.0.0.1', port, sent: sent + unread, received: 0, receiveQueue: 0, sendQueue: 0, retransmits: 0, comm: expect.any(String) as string });
    expect(of(names.server, 'established')).toMatchObject([{ role: 'server', netns, localPort: port, address: '127.0.0.1', port: up!.localPort, sent: 0, received: sent + unread, receiveQueue: unread }]);
    expect(of(names.server, 'listen')).toMatchObject([{ localPort: port, netns, receiveQueue: 0, sendQueue: 10 }]);
    const waiting = of(names.hang, 'syn_sent');
    expect(waiting).toHaveLength(count);
    for (const one of waiting) expect(one).toMatchObject({ role: 'client', address: '127.0.0.1', port: SILENT_PORT, sendQueue: 1 });
    for (const one of [up!, ...waiting]) expect(one.age).toBeGreaterThan(0);

    // The same for people and for spreadsheets.
    const csv = (await must([...AGENT, 'snapshot', '--csv', '--socket', socket])).split('\r\n');
    expect(csv[0]).toMatch(/^state,role,pid,comm,/);
    expect(csv.filter((line) => line.includes(names.hang))).toHaveLength(count);
    const table = (await must([...AGENT, 'snapshot', '--socket', socket])).split('\n');
    expect(table[0]).toMatch(/^state +recv-q +send-q +local +peer +age/);
    expect(table.filter((line) => line.includes(names.hang))).toHaveLength(count);
    await Promise.all([client.finish(), server.finish(), hanging.finish()]);
    expect(await ofNames(Object.values(names))).toEqual([]);
  });
});
