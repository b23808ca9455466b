import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { root } from '../paths.mjs';
import { buildCollector, collectorFile, readyCollector } from './collector.mjs';

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connwatch-collector-test-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A fake Go that writes `text` to the collector's path and ends with the given code. */
function fakeGo({ version = 'go1.99.0', text = 'collector', code = 0 } = {}) {
  const script = `#!/bin/sh
case $1 in
  version) echo 'go version ${version} linux/amd64' ;;
  run) mkdir src ;;
  build)
    while [ "$1" != -o ]; do shift; done
    printf '%s' '${text}' >"$2"
    exit ${code} ;;
esac
`;
  writeFileSync(join(folder, 'go'), script);
  chmodSync(join(folder, 'go'), 0o755);
}

const inCache = () => readdirSync(join(folder, 'cache', 'connwatch'));

test('it is in the user\'s cache, where every checkout finds it', async () => {
  fakeGo();
  expect(readyCollector()).toBeUndefined();
  const file = await buildCollector();
  expect(dirname(file)).toBe(join(folder, 'cache', 'connwatch'));
  expect(readyCollector()).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe('collector');
  expect(inCache()).toEqual([expect.stringMatching(/^otelcol-[0-9a-f]{16}$/)]);
});

test('what a build that failed has written is not taken for it, and is removed', async () => {
  fakeGo({ text: 'coll', code: 1 });
  await expect(buildCollector()).rejects.toThrow('the collector could not be built.');
  expect(readyCollector()).toBeUndefined();
  expect(inCache()).toEqual([]);
});

test('another Go, another collector', async () => {
  fakeGo();
  const file = await buildCollector();
  fakeGo({ version: 'go1.99.1' });
  expect(readyCollector()).toBeUndefined();
  expect(await buildCollector()).not.toBe(file);
  expect(existsSync(file)).toBe(true);
});

test.each([undefined, '', 'relative/path'])('with XDG_CACHE_HOME=%s the cache is ~/.cache', (value) => {
  vi.stubEnv('XDG_CACHE_HOME', value);
  expect(collectorFile('builder', 'go1.99.0')).toMatch(join(homedir(), '.cache', 'connwatch', 'otelcol-'));
  expect(collectorFile('builder', 'go1.99.0').startsWith(root)).toBe(false);
});

test('another builder.yaml, another collector', () => {
  expect(collectorFile('builder', 'go1.99.0')).toBe(collectorFile('builder', 'go1.99.0'));
  expect(collectorFile('builder', 'go1.99.0')).not.toBe(collectorFile('other', 'go1.99.0'));
});
