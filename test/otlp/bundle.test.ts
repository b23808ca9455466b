import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { at } from '../harness/host.ts';

const read = (name: string): string => readFileSync(at('dist', name), 'utf8');
const GRPC = 'grpc-node-js/';

/** A file of dist/ and what it imports without being asked. */
function loadedWith(name: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const [, next] of read(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) loadedWith(next!, loaded);
  return loaded;
}

it('gRPC is in the bundle, in files that are loaded only when metrics are pushed', () => {
  const files = readdirSync(at('dist')).filter((name) => name.endsWith('.js'));
  const grpc = files.filter((name) => read(name).includes(GRPC));
  const agent = files.filter((name) => /export\{[^}]*\bstartAgent\b/.test(read(name)));
  expect([grpc.length, agent.length]).toEqual([1, 1]);
  for (const entry of [...agent, 'connwatch.js', 'ebpf.js', 'stream.js', 'metrics.js', 'health.js', 'server.js']) {
    expect([...loadedWith(entry)], entry).not.toContain(grpc[0]);
  }
});
