import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { AGENT } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { noTmux, Terminal } from '../../harness/terminal.ts';
import { until } from '../../harness/until.ts';
import { watched } from '../../harness/watched.ts';

const CLOSED_PORT = 7;
const folder = mkdtempSync(join(tmpdir(), 'connwatch-terminal-'));
const socket = join(folder, 'agent.sock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NO_TMUX = noTmux === undefined ? '' : ` (${noTmux})`;
const ORANGE = '\u001b[1m\u001b[38;5;208m';

describeKernel(`in a terminal${NO_TMUX}`, () => {
  const random = announcedRandom('terminal');
  const on = watched({ args: ['--socket', socket], privileges: 'all' });
  // So many rows that the sockets of other programs on this machine find room.
  const start = (...args: string[]) => Terminal.start([...AGENT, ...args, '--socket', socket], { columns: 150, rows: 300 });
  const refuse = (name: string, count: number) => on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`], on.namespace);
  const withName = async (terminal: Terminal, name: string) => (await terminal.lines()).filter((line) => line.includes(name));

  it.skipIf(noTmux !== undefined)('connwatch trace shows failures in colour, and Ctrl-C ends it with a report', async () => {
    const [name, count] = [random.name('traced'), random.between(2, 9)];
    await using terminal = await start('trace', '--comm', name);
    await until(async () => (await terminal.lines()).some((line) => line.startsWith('Tracing, by the agent at ')), true);
    const { pid } = await refuse(name, count);
    await until(async () => (await withName(terminal, `${name}[${pid}] -> 127.0.0.1:${CLOSED_PORT} refused after `)).length, count);
    expect(await terminal.colored()).toContain(ORANGE);
    terminal.keys('C-c');
    await until(async () => (await terminal.lines()).slice(-2).map((line) => line.replace('^C', '')), [`${count} events; nothing was left out.`, 'after 0']);
  });

  it.skipIf(noTmux !== undefined)('connwatch snapshot is a table', async () => {
    const name = random.name('server');
    const server = on.generator.start(name, ['talk', '--port', '0'], on.namespace);
    const { port } = await server.tell('listen 7');
    await using terminal = await start('snapshot');
    await until(async () => (await terminal.lines()).at(-1), 'after 0');
    const [line, ...more] = await withName(terminal, name);
    expect([line!.trim().replace(/ +/g, ' ').replace(/\[\d+\]/, '[PID]'), more]).toEqual([`listen 0 7 :${String(port)} - - - - - ${name}[PID] - ${on.namespace.inode}`, []]);
  });

  it.skipIf(noTmux !== undefined)('connwatch why is sentences', async () => {
    const [name, count] = [random.name('asked'), random.between(2, 9)];
    await refuse(name, count);
    await using terminal = await start('why', `127.0.0.1:${CLOSED_PORT}`);
    await until(async () => (await terminal.lines()).at(-1), 'after 0');
    expect(await withName(terminal, name)).toEqual([expect.stringMatching(`^${name} -> 127\\.0\\.0\\.1:${CLOSED_PORT}: ${count} connects ended in the last .*, none succeeded\\.$`)]);
  });
});
