import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { Live } from '../../harness/command.ts';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import type { LogLine } from '../../harness/logs.ts';
import { announcedRandom } from '../../harness/random.ts';
import { watched } from '../../harness/watched.ts';

const CLOSED_PORT = 7;
const folder = mkdtempSync(join(tmpdir(), 'connwatch-live-'));
chmodSync(folder, 0o755);
const socket = join(folder, 'agent.sock');
const nowhere = join(folder, 'nobody.sock');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How many events there are of each kind: `connect refused client`. */
function kinds(lines: readonly LogLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { event, outcome, role } of lines) {
    if (event === 'begin' || event === 'end') continue;
    const kind = [event, outcome, role].filter((word) => typeof word === 'string').join(' ');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** A trace that shows everything from now on. */
async function tracing(args: readonly string[]): Promise<Live> {
  const live = new Live(['trace', '--json', ...args]);
  await live.said.line({ event: 'begin' });
  return live;
}

const NONE_LEFT_OUT = { overLimit: 0, tooSlow: 0, unread: 0 };

describeKernel('connwatch trace', () => {
  const random = announcedRandom('trace');

  describe('with an agent', () => {
    const on = watched({ args: ['--socket', socket], privileges: 'all' });

    it('has a line for each event, and as many as were made', async () => {
      const name = random.name('traced');
      await using live = await tracing(['--socket', socket, '--comm', name]);
      const [ok, refused, reset, silent] = [0, 1, 2, 3].map(() => random.between(10, 40)) as [number, number, number, number];
      const made = await on.generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${ok}`], on.namespace);
      await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${refused}`], on.namespace);
      // A listener that closes what it accepts would sometimes be the first.
      const holds = on.generator.start(name, ['listen', '--port', '0', '--end', 'hold'], on.namespace);
      const { port } = await holds.said.line({ listening: true });
      await on.generator.run(name, ['plain', '--port', String(port), '--end', 'rst', '--count', `${reset}`], on.namespace);
      await holds.finish();
      await on.generator.run(name, ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1500', '--count', `${silent}`], on.namespace);
      // One that is not traced, and the last of those that are: what comes before it has been written.
      await on.generator.run(random.name('other'), ['plain', '--port', `${CLOSED_PORT}`, '--count', '5'], on.namespace);
      const last = await on.generator.run(name, ['plain', '--port', '9', '--count', '1'], on.namespace);
      await live.said.line({ event: 'connect', pid: last.pid });
      live.signal('SIGINT');
      const { code, stderr } = await live.end();
      expect([code, stderr]).toEqual([0, '']);
      expect(kinds(live.said.lines)).toEqual({
        'connect success client': ok + reset,
        'accept server': ok + reset,
        'close client': ok + reset,
        'close server': ok + reset,
        'connect refused client': refused + 1,
        'connect unanswered client': silent,
      });
      const of = (pid: number, event: string) => live.said.lines.filter((line) => line['pid'] === pid && line['event'] === event);
      expect(of(made.pid, 'connect')).toHaveLength(ok);
      expect(of(made.pid, 'connect')[0]).toMatchObject({ comm: made.comm, role: 'client', address: '127.0.0.1', port: made.port, outcome: 'success', syns: 1, workload: { 'process.executable.name': name } });
      expect(of(made.pid, 'accept')[0]).toMatchObject({ role: 'server', address: '127.0.0.1', localPort: made.port });
      const waited = live.said.lines.filter(({ outcome }) => outcome === 'unanswered');
      for (const line of waited) {
        expect(line).toMatchObject({ syns: 2 });
        expect(line['seconds']).toBeGreaterThan(1.4);
      }
      const resets = live.said.lines.filter(({ resetBy }) => resetBy !== undefined).map(({ resetBy }) => resetBy);
      expect([resets.filter((by) => by === 'owner').length, resets.filter((by) => by === 'peer').length]).toEqual([reset, reset]);
      expect(live.said.lines.at(-1)).toMatchObject({ event: 'end', shown: live.said.lines.length - 2, sent: live.said.lines.length - 2, ...NONE_LEFT_OUT });
    });

    it('has all bytes of a connection, also of one that was there before', async () => {
      const names = { client: random.name('client'), server: random.name('server') };
      const [client, server] = [names.client, names.server].map((name) => on.generator.start(name, ['talk', '--port', '0'], on.namespace)) as [ReturnType<typeof on.generator.start>, ReturnType<typeof on.generator.start>];
      const { port } = await server.tell('listen 10');
      await client.tell(`connect ${String(port)}`);
      await server.tell('accept');
      let [up, down] = [0, 0];
      const exchange = async () => {
        const [sent, received] = [random.between(1, 100_000), random.between(1, 100_000)];
        await Promise.all([client.tell(`send 0 ${sent}`), server.tell(`read 0 ${sent}`)]);
        await Promise.all([server.tell(`send 0 ${received}`), client.tell(`read 0 ${received}`)]);
        [up, down] = [up + sent, down + received];
      };
      await exchange();
      // A scan has reported these bytes: the record of the end has only those after it.
      await on.agent.settles((page) => page.by('network_io_direction', 'connwatch_tcp_io_bytes_total', { process_executable_name: names.client }), { transmit: up, receive: down });
      await using live = await tracing(['--socket', socket, '--port', String(port), '--count', '2']);
      await exchange();
      await client.tell('close 0');
      await server.tell('eof 0');
      await server.tell('close 0');
      await Promise.all([client.finish(), server.finish()]);
      await live.end();
      expect(live.said.lines.map(({ event, role, sent, received }) => [event, role, sent, received]).sort()).toEqual([
        ['begin', undefined, undefined, undefined],
        ['close', 'client', up, down],
        ['close', 'server', down, up],
        ['end', undefined, 2, undefined],
      ]);
    });

    it('filters, and says in words what happened', async () => {
      const name = random.name('words');
      await using live = new Live(['trace', '--socket', socket, '--failed', '--comm', `${name.slice(0, -1)}*`, '--port', `1-${SILENT_PORT}`, '--cidr', '127.0.0.0/8', '--count', '2']);
      await live.heard.plain('Tracing');
      await on.generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', '3'], on.namespace);
      await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', '1', '--address', '::1'], on.namespace);
      const refused = await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', '1'], on.namespace);
      const silent = await on.generator.run(name, ['give-up', '--port', `${SILENT_PORT}`, '--give-up', '1200', '--count', '1'], on.namespace);
      expect((await live.end()).stderr).toBe(`Tracing, by the agent at ${socket}. Ctrl-C ends it.\n2 events; nothing was left out.`);
      const lines = live.said.rest.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, '').replace(/ \((unit|container) .*\)$/, ''));
      expect(lines).toEqual([
        expect.stringMatching(new RegExp(`^${name}\\[${refused.pid}\\] -> 127\\.0\\.0\\.1:${CLOSED_PORT} refused after [\\d.]+ ms$`)),
        expect.stringMatching(new RegExp(`^${name}\\[${silent.pid}\\] -> 127\\.0\\.0\\.1:${SILENT_PORT} unanswered after 1\\.2\\d? s, 2 SYNs$`)),
      ]);
    });

    it('says what a slow reader did not get, and the agent counts on', async () => {
      const name = random.name('slow');
      await using live = await tracing(['--socket', socket, '--comm', name]);
      live.signal('SIGSTOP');
      const count = 12_000;
      await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`], on.namespace);
      await on.agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), count);
      live.signal('SIGCONT');
      const told = await live.said.line({ event: 'left_out' });
      live.signal('SIGTERM');
      expect((await live.end()).code).toBe(0);
      const end = live.said.lines.at(-1) as Record<string, number>;
      const shown = live.said.lines.filter(({ event }) => event === 'connect').length;
      expect([end['shown'], end['sent']]).toEqual([shown, shown]);
      expect(Number(told['tooSlow']) + Number(told['overLimit'])).toBeGreaterThan(0);
      // What nobody looked at may also be of others.
      const known = shown + end['tooSlow']! + end['overLimit']!;
      expect(known).toBeLessThanOrEqual(count);
      expect(known + end['unread']!).toBeGreaterThanOrEqual(count);
    });

    it('serves its own user only, and refuses what it does not understand', async () => {
      expect(statSync(socket).mode & 0o777).toBe(0o600);
      const asNobody = new Live(['trace', '--socket', socket], (command) => ['setpriv', '--reuid', '65534', '--clear-groups', '--inh-caps=-all', ...command]);
      const { code, stderr } = await asNobody.end();
      expect(code).toBe(1);
      expect(stderr).toMatch(/^connwatch: (this user may not use the socket|there is no agent)/);
      const curl = (path: string) => execFileSync('curl', ['-s', '--unix-socket', socket, `http://connwatch${path}`], { encoding: 'utf8' });
      expect(JSON.parse(curl('/'))).toMatchObject({ routes: expect.arrayContaining(['/trace']) as string[] });
      expect(curl('/trace?filter=%7B%22pod%22%3A%5B%22web%22%5D%7D')).toMatch(/names of pods and of their namespaces are not known here/);
      expect(curl('/trace?port=9')).toBe(`{"error":"there is no parameter 'port', only filter, such as filter={\\"failed\\":true}"}\n`);
      expect(curl('/trace?filter=%7B%22prt%22%3A%5B1%5D%7D')).toBe(`{"error":"the filter has the unknown field 'prt'"}\n`);
    });

    it('says that another agent has the socket, and goes on', async () => {
      await using second = await Agent.start({ args: ['--socket', socket], privileges: 'all' });
      expect(await second.logs.line({ socket })).toMatchObject({ level: 'warn', reason: 'another agent serves it' });
      expect((await second.stop()).code).toBe(0);
      expect(statSync(socket).isSocket()).toBe(true);
    });

    it('ends with a message when the agent does', async () => {
      const own = join(folder, 'ending.sock');
      await using agent = await Agent.start({ args: ['--socket', own], privileges: 'all' });
      await using first = await tracing(['--socket', own, '--comm', 'nobody']);
      expect((await agent.stop()).code).toBe(0);
      expect((await first.end()).code).toBe(1);
      expect(first.said.lines.at(-1)).toMatchObject({ event: 'end' });
      expect(first.heard.lines).toMatchObject([{ level: 'fatal', code: 'CW_LIVE', msg: expect.stringContaining('the agent has stopped, and the trace with it.') as string }]);
      await using killed = await Agent.start({ args: ['--socket', own], privileges: 'all' });
      await using second = await tracing(['--socket', own, '--comm', 'nobody']);
      killed.signal('SIGKILL');
      expect((await second.end()).code).toBe(1);
      // With --json, errors are JSON too.
      expect(second.heard.lines).toMatchObject([{ level: 'fatal', code: 'CW_LIVE', msg: expect.stringContaining('the agent has ended.') as string }]);
      // It left its socket behind, which the next one replaces.
      expect(statSync(own).isSocket()).toBe(true);
      await using _next = await Agent.start({ args: ['--socket', own], privileges: 'all' });
      await using third = await tracing(['--socket', own, '--comm', 'nobody', '--duration', '100ms']);
      expect((await third.end()).code).toBe(0);
    });
  });

  describe('without an agent', () => {
    const on = watched({ args: ['--socket', join(folder, 'unwritable', 'a', 'b.sock')] });

    it('loads the programs itself, as long as it runs', async () => {
      const name = random.name('alone');
      await using live = await tracing(['--socket', nowhere, '--comm', name, '--count', '8']);
      const count = 8;
      await on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`], on.namespace);
      const { code, stderr } = await live.end();
      expect([code, stderr]).toEqual([0, `No agent (${nowhere}: no agent serves it): the kernel programs are loaded for as long as this command runs.`]);
      expect(kinds(live.said.lines)).toEqual({ 'connect refused client': count });
    });

    it('says what to do if it may not', async () => {
      const live = new Live(['trace', '--socket', nowhere], (command) => ['setpriv', '--reuid', '65534', '--clear-groups', '--inh-caps=-all', ...command]);
      const { code, stderr } = await live.end();
      expect(code).toBe(1);
      expect(stderr).toMatch(/^connwatch: there is no agent \(.*: no agent serves it\), and this command cannot load the kernel programs itself: .*\nStart an agent .* \[CW_PERMISSION\]$/);
    });

    it('says so if another program has the socket', async () => {
      const other = join(folder, 'other.sock');
      const server = createServer((_, response) => void response.end('hello'));
      await new Promise<void>((resolve) => server.listen(other, resolve));
      const { code, stderr } = await new Live(['trace', '--socket', other]).end();
      server.close();
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^connwatch: the program that answers at .* is not connwatch\.\n/)]);
    });

    it('says that its output cannot be written', async () => {
      const { code, stderr } = await new Live(['version'], (command) => ['sh', '-c', '"$@" > /dev/full', 'sh', ...command]).end();
      expect([code, stderr]).toEqual([1, 'connwatch: the output cannot be written: ENOSPC.']);
    });

    it('says so if it is no socket', async () => {
      const file = join(folder, 'file');
      writeFileSync(file, '');
      const { code, stderr } = await new Live(['trace', '--socket', file]).end();
      expect([code, stderr]).toEqual([1, `connwatch: ${file} is not a socket.\nGive the socket of the agent with --socket. [CW_LIVE]`]);
    });

    it('an agent without a place for its socket says why, and runs', async () => {
      expect(await on.agent.logs.line({ msg: 'no live views of this agent: the socket cannot be made' })).toMatchObject({ level: 'warn', reason: 'its folder does not exist' });
    });
  });
});
