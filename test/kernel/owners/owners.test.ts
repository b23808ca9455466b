import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { at, describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { countsMade, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import type { Match } from '../../harness/scrape/exposition.ts';
import { type Truth } from '../../harness/traffic.ts';
import { watched } from '../../harness/watched.ts';

const CLOSED_PORT = 7;

/** Pids are given out in turn: one far ahead of this process's stays free for a while. */
function freePid(): number {
  const most = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  for (let pid = (process.pid + most / 2) % most | 0; ; pid = (pid + 1) % most) if (pid > 300 && !existsSync(`/proc/${pid}`)) return pid;
}

describeKernel('every connect, once, with its owner', () => {
  const random = announcedRandom('owners');
  const on = watched();

  /** The page shows what was made under this executable's name, and the process under this name of its own. */
  async function shows(made: Truth, executable: string, comm: string): Promise<void> {
    const workload: Match = { process_executable_name: executable };
    await on.agent.settles(
      (page, history) => ({
        counts: countsOf(page, workload),
        processes: history.select('tcp_connects_by_pid', { pid: `${made.pid}` }).map(({ labels, value }) => [labels['comm'], value]),
      }),
      { counts: countsMade(made), processes: [[comm, made.attempts]] },
    );
  }

  const success = (count: number) => ['plain', '--port', '0', '--own-listener', '--count', `${count}`, '--check-snmp'];

  it('is the process, not the thread that connects', async () => {
    const name = random.name('leader');
    // No listener: it would be the first thread's, which tells the right name and pid by itself.
    const args = ['plain', '--port', `${CLOSED_PORT}`, '--count', `${random.between(20, 80)}`, '--threads', '3', '--thread-name', 'pool-1-thread-7'];
    await shows(await on.generator.run(name, args, on.namespace), name, name);
  });

  it('is known when the threads of a process make its first connects at once', async () => {
    const name = random.name('first');
    const processes = 100;
    const args = ['plain', '--port', `${CLOSED_PORT}`, '--threads', '8', '--count', '64'];
    for (let i = 0; i < processes; i++) await on.generator.run(name, args, on.namespace);
    const attempts = processes * 64;
    await on.agent.settles(
      (page) => ({ counts: countsOf(page, { process_executable_name: name }), lost: lossesOf(page) }),
      { counts: { attempts, successes: 0, failures: { refused: attempts }, pending: 0, accepts: 0 }, lost: {} },
    );
  });

  it('is the executable of the moment, when a process becomes another and keeps its pid and name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-owners-'));
    try {
      const [before, after] = [random.name('before'), random.name('after')];
      const [first, second] = [random.between(5, 20), random.between(5, 20)];
      cpSync('/bin/bash', join(folder, before));
      const become = ['exec-as', folder, after, 'plain', '--port', `${CLOSED_PORT}`, '--count', `${second}`, '--comm', before];
      const script = `
        for ((i = 0; i < ${first}; i++)); do : <>/dev/tcp/127.0.0.1/${CLOSED_PORT}; done 2>/dev/null
        exec "$0" "$@"`;
      const command = on.namespace.command(join(folder, before), '-c', script, at('build', 'test-tools', 'conngen'), ...become);
      const { pid, comm } = JSON.parse(await must(command)) as Truth;
      expect(comm).toBe(before);
      const refused = (count: number) => ({ attempts: count, successes: 0, failures: { refused: count }, pending: 0, accepts: 0 });
      await on.agent.settles(
        (page, history) => ({
          counts: [before, after].map((name) => countsOf(page, { process_executable_name: name })),
          process: history.select('tcp_connects_by_pid', { pid: `${pid}` }).map(({ labels, value }) => [labels['comm'], value]),
        }),
        { counts: [refused(first), refused(second)], process: [[before, first + second]] },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is another process when a pid is used again, also under the same name', async () => {
    const [one, other] = [random.name('pid'), random.name('reused')];
    const pid = freePid();
    const as = (count: number, name: string): Promise<Truth> =>
      on.generator.run(name, ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`], {
        command: (...command) => [at('build', 'test-tools', 'as_pid'), `${pid}`, ...on.namespace.command(...command)],
      });
    const [first, second, third] = [random.between(5, 20), random.between(5, 20), random.between(5, 20)];
    expect((await as(first, one)).pid).toBe(pid);
    await as(second, other);
    await as(third, one);
    const refused = (count: number) => ({ attempts: count, successes: 0, failures: { refused: count }, pending: 0, accepts: 0 });
    await on.agent.settles(
      (page, history) => ({
        counts: [one, other].map((name) => countsOf(page, { process_executable_name: name })),
        processes: history.by('comm', 'tcp_connects_by_pid', { pid: `${pid}`, comm: one }),
      }),
      { counts: [refused(first + third), refused(second)], processes: { [one]: third } },
    );
  });

  it.each(['127.0.0.1', '::1'])('counts MPTCP connections of %s once, on both sides', async (address) => {
    const name = random.name('mptcp');
    const args = [...success(random.between(20, 80)), '--mptcp', '--address', address];
    const made = await on.generator.run(name, args, on.namespace);
    expect(made.snmp?.active_opens).toBe(made.attempts);
    await shows(made, name, name);
  });

  it.each(['127.0.0.1', '::1'])('counts three connects on one socket as three: %s', async (address) => {
    const name = random.name('again');
    const sockets = random.between(20, 80);
    const args = ['reuse', '--port', '0', '--own-listener', '--refused-port', `${CLOSED_PORT}`];
    const made = await on.generator.run(name, [...args, '--count', `${sockets}`, '--address', address, '--check-snmp'], on.namespace);
    expect(countsMade(made)).toEqual({
      attempts: 3 * sockets,
      successes: 2 * sockets,
      failures: { refused: sockets },
      pending: 0,
      accepts: 2 * sockets,
    });
    await shows(made, name, name);
  });

  // NAME stands for a name of this run.
  it.each([
    ['a quote', 'NAME-"', 'NAME-"'],
    ['a backslash', 'NAME-\\', 'NAME-\\'],
    ['a newline', 'NAME-\\x0a', 'NAME-\n'],
    ['all of them', 'NAME"\\\\x0a"', 'NAME"\\\n"'],
    ['bytes that are not UTF-8', 'NAME\\xff\\xc3', 'NAME\\xff\\xc3'],
    ['text that looks like an escaped byte', 'NAME\\x5cxff', 'NAME\\x5cxff'],
    ['control characters', 'NAME\\x1b\\x07', 'NAME\\x1b\\x07'],
    ['letters beyond ASCII', 'NAME-ü', 'NAME-ü'],
    ['braces', 'NAME{a="b"}', 'NAME{a="b"}'],
    ['a space at the end', 'NAME ', 'NAME '],
  ])('shows an executable whose name has %s', async (_, given, shown) => {
    const name = random.name('x');
    const made = await on.generator.run(given.replace('NAME', name), success(random.between(5, 20)), on.namespace);
    const executable = shown.replace('NAME', name);
    // Short enough for the kernel to keep all of it as the process's name.
    expect(made.comm.length).toBeLessThan(15);
    await shows(made, executable, executable);
  });

  it('shows an executable whose name is 255 bytes long', async () => {
    const name = random.name('long').padEnd(254, 'x') + 'y';
    await shows(await on.generator.run(name, success(random.between(5, 20)), on.namespace), name, name.slice(0, 15));
  });

  it.each([
    ['empty', '', ''],
    ['15 bytes long', '123456789abcdef', '123456789abcdef'],
    ['15 bytes that end in half a character', '123456789abcde\\xc3', '123456789abcde\\xc3'],
    ['a quote, a backslash and a newline', '"\\\\x0a', '"\\\n'],
  ])('shows a process that calls itself by a name that is %s', async (_, given, shown) => {
    const name = random.name('named');
    const args = [...success(random.between(5, 20)), '--comm', given];
    await shows(await on.generator.run(name, args, on.namespace), name, shown);
  });
});
