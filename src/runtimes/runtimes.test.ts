import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Nameable } from '../identity/index.ts';
import { firstOf, inspect, RuntimeNames } from './index.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const docker = (id: string, podUid?: string): Nameable => ({ kind: 'container', id, runtime: 'docker', podUid });

/** A socket in the place of Docker's, and what it was asked. */
async function runtime(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-runtime-'));
  const socket = join(folder, 'docker.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await once(server.listen(socket), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  const errors: string[] = [];
  const names = new RuntimeNames({ inspect: (id, signal) => inspect(socket, id, signal), elapsed: () => performance.now(), onError: (error) => errors.push(error.replace(socket, 'SOCKET')) });
  const named = async (cgroup: Nameable) => {
    for (let name = names.of(cgroup); ; name = names.of(cgroup)) {
      if (name !== 'later') return name;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { names, named, asked, errors };
}

const described = (name: string, image: unknown) => (_: IncomingMessage, response: ServerResponse) => void response.end(JSON.stringify({ Id: A, Name: name, Config: { Image: image } }));

describe('RuntimeNames', () => {
  it.each([
    ['web:1.2', 'web'],
    ['registry.example:5000/tools/web', 'registry.example:5000/tools/web'],
    ['registry.example:5000/tools/web:1.2@sha256:0123', 'registry.example:5000/tools/web'],
    [`sha256:${A}`, undefined],
    ['', undefined],
  ])('names a container, and its image %s as %s', async (image, name) => {
    const { named, asked } = await runtime(described('/web-1', image));
    expect(await named(docker(A))).toEqual({ attributes: { 'container.name': 'web-1', ...(name !== undefined && { 'container.image.name': name }) } });
    await named(docker(A));
    expect(asked).toEqual([`GET /containers/${A}/json`]);
  });

  it('does not ask about pods, and about what has no id', async () => {
    const { names, asked } = await runtime(described('/x', 'x'));
    expect([names.of(docker(A, 'u1')), names.of(docker('mine')), names.of({ kind: 'pod', podUid: 'u1' })]).toEqual([undefined, undefined, undefined]);
    expect(asked).toEqual([]);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string[]]>([
    ['does not know it', (_, response) => void response.writeHead(404).end(), []],
    ['refuses', (_, response) => void response.writeHead(500).end(), ['it answers 500']],
    ['sends half an answer', (_, response) => void response.end('{"Name":'), ['the answer is not JSON']],
    ['sends something else', (_, response) => void response.end('{"Name":7}'), ['it does not describe a container']],
    ['sends too much', (_, response) => void response.end('x'.repeat((4 << 20) + 1)), ['an answer of more than 4194304 bytes']],
    ['breaks off', (_, response) => void response.destroy(), ['socket hang up']],
  ])('leaves the id if the runtime %s, and says it once', async (_, answer, errors) => {
    const bench = await runtime(answer);
    expect([await bench.named(docker(A)), await bench.named(docker(B))]).toEqual([undefined, undefined]);
    expect(bench.errors).toEqual(errors.map((error) => `the container runtime at SOCKET: ${error}. Check --container-runtime; the agent needs the right to connect to that socket.`));
  });

  it('leaves the id if the runtime takes too long', () => {
    let now = 0;
    const names = new RuntimeNames({ inspect: () => new Promise(() => {}), elapsed: () => now, onError: () => {} });
    expect(names.of(docker(A))).toBe('later');
    now = 5000;
    expect(names.of(docker(A))).toBeUndefined();
  });

  it('asks again after a while about one for which there was no answer', async () => {
    let [now, asked] = [0, 0];
    const inspect = () => (asked++ === 0 ? Promise.reject(new Error('connect ENOENT')) : Promise.resolve({ name: 'web-1', image: undefined }));
    const names = new RuntimeNames({ inspect, elapsed: () => now, onError: () => {} });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    expect(names.of(docker(A))).toBe('later');
    await turn();
    now = 29_999;
    expect([names.of(docker(A)), asked]).toEqual([undefined, 1]);
    now = 30_000;
    expect(names.of(docker(A))).toBe('later');
    await turn();
    expect([names.of(docker(A)), asked]).toEqual([{ attributes: { 'container.name': 'web-1' } }, 2]);
  });

  it('asks about eight at once', async () => {
    let [open, most, done] = [0, 0, 0];
    const names = new RuntimeNames({
      inspect: async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        done += 1;
        return undefined;
      },
      elapsed: () => 0,
      onError: () => {},
    });
    for (let i = 0; i < 50; i++) names.of(docker(i.toString(16).padStart(64, '0')));
    while (done < 50) await new Promise((resolve) => setImmediate(resolve));
    expect(most).toBe(8);
  });
});

it('firstOf takes the first who knows it, or may', () => {
  const says = (answer: 'later' | undefined) => ({ of: () => answer });
  expect([firstOf([says(undefined), says('later')]).of(docker(A)), firstOf([says(undefined)]).of(docker(A))]).toEqual(['later', undefined]);
});
