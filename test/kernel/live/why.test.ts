import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Answer } from '../../../src/live/why/answer.ts';
import { AGENT } from '../../harness/agent.ts';
import { Live } from '../../harness/command.ts';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { until } from '../../harness/until.ts';
import { watched } from '../../harness/watched.ts';

const CLOSED_PORT = 7;
const folder = mkdtempSync(join(tmpdir(), 'connwatch-why-'));
const socket = join(folder, 'agent.sock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeKernel('connwatch why', () => {
  const random = announcedRandom('why');
  const on = watched({ args: ['--socket', socket], privileges: 'all' });
  const why = async (...args: string[]) => must([...AGENT, 'why', '--socket', socket, ...args]);
  const storiesOf = async (name: string, ...args: string[]) =>
    (JSON.parse(await why('--json', ...args)) as Answer).stories.filter(({ workload }) => workload['process.executable.name'] === name);

  it('says how many connects were made, what became of them, who waits and who listens', async () => {
    const name = random.name('asked');
    const [ok, refused, hanging] = [0, 1, 2].map(() => random.between(2, 30)) as [number, number, number];
    await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${refused}`], on.namespace);
    await on.generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${ok}`], on.namespace);
    const server = on.generator.start(random.name('server'), ['talk', '--port', '0'], on.namespace);
    const { port } = await server.tell('listen 10');
    const waiting = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', `${hanging}`], on.namespace);
    const { pid } = await waiting.said.line({ hanging: true });
    const seen = async () =>
      (await storiesOf(name, '127.0.0.1')).map(({ port, attempts, succeeded, failures, pending, netns }) => [
        port === CLOSED_PORT ? 'closed' : port === SILENT_PORT ? 'silent' : 'open',
        attempts,
        succeeded,
        failures.map(({ outcome, count }) => `${outcome} ${count}`).join(),
        pending.count,
        netns === on.namespace.inode,
      ]);
    await until(seen, [
      ['closed', refused, 0, `refused ${refused}`, 0, true],
      ['silent', 0, 0, '', hanging, true],
      ['open', ok, ok, '', 0, true],
    ]);
    expect(await why(`127.0.0.1:${CLOSED_PORT}`)).toMatch(new RegExp(`^${name} -> 127\\.0\\.0\\.1:7: ${refused} connects ended in the last .*, none succeeded\\.\n  ${refused} were refused, the last one (?:.* ago|just now)\\. `, 'm'));
    expect(await why(`127.0.0.1:${SILENT_PORT}`)).toContain(`  ${hanging} wait for an answer now, the oldest for `);
    expect(await why(`localhost:${String(port)}`)).toMatch(new RegExp(`\\[\\d+\\] listens on port ${String(port)} \\(network namespace ${on.namespace.inode}\\); 0 of 10 wait in its queue\\.`));
    expect((await storiesOf(name, '--pid', String(pid))).map(({ port }) => port)).toContain(SILENT_PORT);
    expect(await storiesOf(name, '--pid', String(process.pid))).toEqual([]);
  });

  it('says so if there is nothing, and refuses what is no peer', async () => {
    expect(await why('192.0.2.77:1')).toMatch(/^Nothing on this machine connected to 192\.0\.2\.77:1 in the last .*\n/);
    for (const [args, message] of [
      [['a:b'], "invalid value 'a:b' for peer: it is not host, host:port or [IPv6 address]:port."],
      [['--pid', '0'], "invalid value '0' for --pid: it is not above 0."],
      [[], 'give a peer such as db.example.com:5432, or a process with --pid.'],
    ] as const) {
      const { code, stderr } = await new Live(['why', ...args]).end();
      expect([code, stderr.split('\n')[0]]).toEqual([2, `connwatch: ${message}`]);
    }
  });

  it('without an agent watches first', async () => {
    const name = random.name('alone');
    const count = random.between(2, 30);
    await using live = new Live(['why', '127.0.0.1:9', '--json', '--duration', '3s', '--socket', join(folder, 'nobody.sock')]);
    await live.heard.plain('Nothing is known of the time before: watching for 3 s.');
    await on.generator.run(name, ['plain', '--port', '9', '--count', `${count}`], on.namespace);
    expect((await live.end()).code).toBe(0);
    const [said] = live.said.lines as unknown as Answer[];
    expect(said!.stories.filter(({ workload }) => workload['process.executable.name'] === name)).toMatchObject([{ attempts: count, failures: [{ outcome: 'refused', count }] }]);
  });
});
