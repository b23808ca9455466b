import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Activity } from '../../../src/live/model/activity.ts';
import { Live } from '../../harness/command.ts';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { noTmux, Terminal } from '../../harness/terminal.ts';
import { until } from '../../harness/until.ts';
import { watched } from '../../harness/watched.ts';
import { AGENT } from '../../harness/agent.ts';

const CLOSED_PORT = 7;
const folder = mkdtempSync(join(tmpdir(), 'connwatch-top-'));
const socket = join(folder, 'agent.sock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeKernel('connwatch top', () => {
  const random = announcedRandom('top');
  const on = watched({ args: ['--socket', socket], privileges: 'all' });

  it('has every connect of every window once', async () => {
    const name = random.name('windows');
    await using live = new Live(['top', '--json', '--socket', socket]);
    await live.said.line({ event: 'begin' });
    const [ok, refused, pending] = [random.between(10, 40), random.between(10, 40), random.between(3, 9)];
    await on.generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${ok}`], on.namespace);
    await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${refused}`], on.namespace);
    const hanging = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', `${pending}`], on.namespace);
    await hanging.said.line({ hanging: true });
    const rows = () => live.said.lines.flatMap((line) => (line['activities'] as Activity[] | undefined) ?? []).filter(({ workload }) => workload['process.executable.name'] === name);
    const last = () => ((live.said.lines.at(-1)?.['activities'] as Activity[] | undefined) ?? []).filter(({ workload }) => workload['process.executable.name'] === name);
    const sum = (value: (row: Activity) => number) => rows().reduce((total, row) => total + value(row), 0);
    await until(() => ({
      ok: sum(({ successes }) => successes),
      refused: sum(({ failures }) => failures.refused ?? 0),
      accepts: sum(({ accepts }) => accepts),
      handshakes: rows().every(({ successes, handshake }) => (successes > 0) === (handshake !== undefined)),
      pending: last().map((row) => [row.address, row.port, row.netns, row.pending]),
    }), { ok, refused, accepts: ok, handshakes: true, pending: [['127.0.0.1', SILENT_PORT, on.namespace.inode, pending]] });
    await hanging.finish();
    live.signal('SIGINT');
    expect((await live.end()).code).toBe(0);
    expect(live.said.lines.at(-1)).toMatchObject({ event: 'end', missed: 0 });
  });

  it.skipIf(noTmux !== undefined)(`fills a terminal, obeys keys, follows its size, and leaves it as it was${noTmux === undefined ? '' : ` (${noTmux})`}`, async () => {
    const name = random.name('seen');
    const count = random.between(3, 9);
    await using terminal = await Terminal.start([...AGENT, 'top', '--socket', socket], { columns: 120, rows: 16 });
    const hanging = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', `${count}`], on.namespace);
    await hanging.said.line({ hanging: true });
    await until(async () => (await terminal.lines())[0]?.startsWith('connwatch top'), true);
    terminal.keys('/', ...name.split(''), 'Enter');
    const line = async () => (await terminal.lines()).find((text) => text.replace(/^-> /, '').startsWith(name))?.replace(/ +/g, ' ').trim();
    // conn/s, failed, pending, open, p50, p99, sent, received, retransmits
    await until(async () => (await line())?.replace(/ \d+( .)?$/, ' -$1').trim().split(' ').slice(0, 7), [name, '->', `127.0.0.1:${SILENT_PORT}`, '-', '-', `${count}`, '-']);
    terminal.resize(60, 10);
    await until(async () => (await terminal.lines()).map((text) => text.length <= 60 && text.includes('pend')).filter(Boolean).length > 0, true);
    terminal.keys('g');
    await until(async () => (await line())?.split(' ').slice(0, 5), ['->', name, '-', '-', `${count}`]);
    terminal.keys('q');
    await until(async () => (await terminal.lines()).filter((text) => text !== ''), ['before', 'after 0']);
    await hanging.finish();
  });

  it('needs a terminal, or --json', async () => {
    const { code, stderr } = await new Live(['top', '--socket', socket]).end();
    expect([code, stderr]).toEqual([2, 'connwatch: top needs a terminal.\nUse --json where there is none. [CW_CONFIG]']);
  });
});
