import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';

/*
 * The wrapper around a stand-in for the agent, which says its pid and each
 * signal that it gets, and ends with code 7 when it has had `count` of them.
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
      // gone, as it should be
    }
});

async function start({ count = 1, env = {} } = {}) {
  const wrapper = spawn(process.execPath, ['--input-type=module', '-e', WRAPPER, String(count), STAND_IN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_lifecycle_event: '', ...env },
  });
  const lines = createInterface({ input: wrapper.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const agent = Number(await next());
  started.push(wrapper.pid, agent);
  const ended = once(wrapper, 'exit');
  return { wrapper, agent, next, ended };
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

test('an agent killed outright gives 128 + 9', async () => {
  const { agent, ended } = await start();
  process.kill(agent, 'SIGKILL');
  expect(await ended).toEqual([137, null]);
});

test('a wrapper killed outright takes the agent along', async () => {
  const { wrapper, next } = await start();
  wrapper.kill('SIGKILL');
  expect(await next()).toBe('SIGTERM');
});
