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
import { until } from '../../harness/until.ts';
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
    const netns = on.namespace.inode;
    const said = async () =>
      (await ofNames(Object.values(names)))
        .map(({ workload, state, role, pid = 0, netns, localPort = 0, address, port = 0, sent, received, receiveQueue, sendQueue, age }) => {
          const own = role === 'client' ? localPort > 0 : localPort;
          const other = role === 'client' ? port : port > 0;
          return [workload['process.executable.name'], state, role, pid > 0, netns, own, address, other, sent, received, receiveQueue, sendQueue, age === undefined || age > 0];
        })
        .sort();
    // Queues and bytes are those of the last scan, which on a busy machine is some windows old.
    await until(said, [
      [names.client, 'established', 'client', true, netns, true, '127.0.0.1', port, sent + unread, 0, 0, 0, true],
      ...Array.from({ length: count }, () => [names.hang, 'syn_sent', 'client', true, netns, true, '127.0.0.1', SILENT_PORT, 0, 0, 0, 1, true]),
      [names.server, 'established', 'server', true, netns, port, '127.0.0.1', true, 0, sent + unread, unread, 0, true],
      [names.server, 'listen', 'server', true, netns, port, undefined, false, undefined, undefined, 0, 10, true],
    ]);

    // The same for people and for spreadsheets.
    const csv = (await must([...AGENT, 'snapshot', '--csv', '--socket', socket])).split('\r\n');
    expect(csv[0]).toMatch(/^state,role,pid,comm,/);
    expect(csv.filter((line) => line.includes(names.hang))).toHaveLength(count);
    const table = (await must([...AGENT, 'snapshot', '--socket', socket])).split('\n');
    expect(table[0]).toMatch(/^state +recv-q +send-q +local +peer +age/);
    expect(table.filter((line) => line.includes(names.hang))).toHaveLength(count);
    await Promise.all([client.finish(), server.finish(), hanging.finish()]);
    await until(said, []);
  });
});
