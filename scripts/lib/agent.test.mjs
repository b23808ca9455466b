import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';

/*
 * The wrapper around a fake agent, which prints its pid and each signal that it gets, and ends with
 * code 7 after `count` signals.
 */
const STAND_IN = `
  let left = Number(process.argv[1]);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      console.log(signal);
      if (--left === 0) process.exit(7);
    });
  console.log(process.pid);
  setInterval(() => {}, 1000);
`;
const WRAPPER = `
  import { runAgent } from ${JSON.stringify(new URL('agent.mjs', import.meta.url).href)};
  import { run } from ${JSON.stringify(new URL('run.mjs', import.meta.url).href)};
  await run('true', []); // as set-up does, which takes the signals first
  process.exitCode = await runAgent([process.argv[1]], {
    agent: [process.execPath, '-e', process.argv[2]],
    sameSignalMs: 60_000,
  });
`;

const started = [];
afterEach(() => {
  for (const pid of started.splice(0))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as expected.
    }
});

async function start({ count = 1, env = {} } = {}) {
  const wrapper = spawn(process.execPath, ['--input-type=module', '-e', WRAPPER, String(count), STAND_IN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_lifecycle_event: '', ...env },
  });
  const said = text(wrapper.stderr);
  const lines = createInterface({ input: wrapper.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const agent = Number(await next());
  started.push(wrapper.pid, agent);
  const ended = once(wrapper, 'exit');
  return { wrapper, agent, next, ended, said };
}

test.each(['SIGINT', 'SIGTERM'])('%s reaches the agent, whose exit code is the exit code', async (signal) => {
  const { wrapper, next, ended } = await start();
  wrapper.kill(signal);
  expect(await next()).toBe(signal);
  expect(await ended).toEqual([7, null]);
});

test('a closed terminal is a SIGTERM', async () => {
  const { wrapper, next, ended } = await start();
  wrapper.kill('SIGHUP');
  expect(await next()).toBe('SIGTERM');
  expect(await ended).toEqual([7, null]);
});

test('the same signal twice in a moment, as from a terminal and npm, reaches the agent once', async () => {
  const { wrapper, next, ended } = await start({ count: 2 });
  wrapper.kill('SIGINT');
  expect(await next()).toBe('SIGINT');
  wrapper.kill('SIGINT');
  wrapper.kill('SIGTERM');
  expect(await next()).toBe('SIGTERM');
  expect(await ended).toEqual([7, null]);
});

test('the agent is out of reach of the terminal: it is in a session of its own', async () => {
  const { wrapper, agent, next, ended } = await start();
  const session = readFileSync(`/proc/${agent}/stat`, 'utf8').split(') ')[1].split(' ')[3];
  expect(Number(session)).toBe(agent);
  wrapper.kill('SIGTERM');
  await next();
  await ended;
});

test('an agent killed outright gives 128 + 9, and a line that says so', async () => {
  const { agent, ended, said } = await start();
  process.kill(agent, 'SIGKILL');
  expect(await ended).toEqual([137, null]);
  expect(await said).toBe('start: the agent was ended by SIGKILL (exit code 137). The kernel does that when memory runs out, and logs it.\n');
});

test('of another signal the line says which one; of an exit code there is none', async () => {
  const one = await start();
  process.kill(one.agent, 'SIGSEGV');
  expect(await one.ended).toEqual([139, null]);
  expect(await one.said).toBe('start: the agent was ended by SIGSEGV (exit code 139).\n');
  const other = await start();
  other.wrapper.kill('SIGTERM');
  expect(await other.ended).toEqual([7, null]);
  expect(await other.said).toBe('');
});

test('a wrapper killed outright takes the agent along', async () => {
  const { wrapper, next } = await start();
  wrapper.kill('SIGKILL');
  expect(await next()).toBe('SIGTERM');
});

test('a signal between set-up and the start of the agent is not lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-agent-'));
  try {
    // The wrapper begins by running setpriv to find out its options.
    writeFileSync(join(folder, 'setpriv'), '#!/bin/sh\nkill -TERM $PPID\nexit 1\n', { mode: 0o755 });
    const wrapper = spawn(process.execPath, ['--input-type=module', '-e', WRAPPER, '1', STAND_IN], {
      stdio: 'ignore',
      env: { ...process.env, npm_lifecycle_event: '', PATH: `${folder}:${process.env.PATH}` },
    });
    started.push(wrapper.pid);
    // The agent ends with or without having installed its signal handler.
    expect([7, 128 + 15]).toContain((await once(wrapper, 'exit'))[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
