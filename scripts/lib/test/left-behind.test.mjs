import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchRun } from './left-behind.mjs';

let folder;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'connwatch-left-'))));
afterAll(() => rmSync(folder, { recursive: true }));

it('finds nothing where nothing was left', async () => {
  const watch = watchRun(folder);
  appendFileSync(watch.environment.CONNWATCH_TEST_MADE, 'netns connwatch-that-never-was\nprog 4294967295\n');
  expect(await watch.leftBehind(0)).toEqual([]);
});

it('finds a process of its own run, and waits for it to end', async () => {
  const [watch, other] = [watchRun(folder), watchRun(folder)];
  const child = spawn('cat', [], { env: { PATH: process.env.PATH, ...watch.environment }, stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  expect(await watch.leftBehind(0)).toEqual([`process ${child.pid} cat`]);
  expect(await other.leftBehind(0)).toEqual([]);
  const waiting = watch.leftBehind();
  child.stdin.end();
  expect(await waiting).toEqual([]);
});

const links = '/run/netns';
it.skipIf(!existsSync(links))('finds a network namespace (where there is /run/netns)', async () => {
  const watch = watchRun(folder);
  // The folder itself acts as one of the objects.
  appendFileSync(watch.environment.CONNWATCH_TEST_MADE, 'netns .\nnetns connwatch-gone\n');
  expect(await watch.leftBehind(0)).toEqual(['netns .']);
});
