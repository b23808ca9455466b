import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { locked } from './lock.mjs';

// Processes take longer to start on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let folder;
let file;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connwatch-lock-'));
  file = join(folder, 'below', 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that holds the lock until it is ended. */
async function holder() {
  const script = `
    import { locked } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)};
    await locked(() => new Promise(() => { console.log('mine'); setInterval(() => {}, 1000); }), undefined, process.argv[1]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('gives what the work gives, and frees the lock also when it fails', async () => {
  expect(await locked(async () => 7, undefined, file)).toBe(7);
  await expect(locked(async () => Promise.reject(new Error('no')), undefined, file)).rejects.toThrow('no');
  expect(await locked(async () => 8, undefined, file)).toBe(8);
});

test('one works at a time', async () => {
  const order = [];
  const turn = (name) => locked(async () => {
    order.push(`${name} begins`);
    await turnOfTheLoop();
    order.push(`${name} ends`);
  }, undefined, file);
  await Promise.all([turn('a'), turn('b'), turn('c')]);
  const names = order.filter((_, index) => index % 2 === 0).map((line) => line[0]);
  expect(order).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(names.sort()).toEqual(['a', 'b', 'c']);
});

test('says that it waits, and has the lock as soon as its holder is killed', async () => {
  const child = await holder();
  const said = [];
  try {
    await locked(async () => said.push('mine'), (text) => child.kill('SIGKILL') && said.push(text), file);
  } finally {
    child.kill('SIGKILL');
  }
  expect(said).toEqual(['waiting for another set-up of this checkout', 'mine']);
});
