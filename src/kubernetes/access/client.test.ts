import { describe, expect, it } from 'vitest';
import { type Answer, FakeServer } from '../fixtures.ts';
import { Client, METADATA_ONLY } from './client.ts';

async function refusal(answer: Answer, options: object = {}): Promise<string> {
  await using server = await FakeServer.start();
  server.answers.set('/pods', answer);
  const client = new Client(server.endpoint);
  try {
    await client.get('/pods', options);
    return 'none';
  } catch (error) {
    expect(client.counts).toEqual({ ok: 0, failed: 1 });
    expect(error).toMatchObject({ code: 'CW_KUBERNETES' });
    return (error as Error).message.replace(client.name, 'server');
  } finally {
    client.close();
  }
}

describe('Client', () => {
  it('asks with the token as it is now, and for metadata if that is enough', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/x', { a: 1 });
    const client = new Client(server.endpoint);
    expect(await client.get('/x?y=z')).toEqual({ a: 1 });
    server.token = 'token-2';
    await client.get('/x', { accept: METADATA_ONLY });
    expect(server.asked).toEqual(['/x?y=z', '/x application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1']);
    expect([...server.tokens]).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(client.counts).toEqual({ ok: 2, failed: 0 });
    client.close();
  });

  it.each<[string, Answer, object, string]>([
    ['JSON that is cut off', '{"items":[{"metadata":', {}, 'https://server/pods: the answer is not JSON'],
    ['something else', '<html>', {}, 'https://server/pods: the answer is not JSON'],
    ['too much', 'x'.repeat(2000), { most: 1999 }, 'https://server/pods: an answer of more than 1999 bytes'],
    ['a body without an end', (_, response) => void response.write('{'), { timeout: 50 }, 'https://server/pods: no answer in time'],
    ['nothing', () => {}, { timeout: 50 }, 'https://server/pods: no answer in time'],
    ['a broken connection', (_, response) => void response.destroy(), {}, 'https://server/pods: socket hang up'],
    ['a broken answer', (_, response) => void response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy()), {}, 'https://server/pods: aborted'],
    ['Forbidden, as the API server says it', (_, response) => void response.writeHead(403).end('{"kind":"Status","message":"pods is forbidden","code":403}'), {}, 'https://server/pods: it answers 403: pods is forbidden'],
    ['Forbidden, as the kubelet says it', (_, response) => void response.writeHead(403).end('Forbidden (user=x,\nverb=get)'), {}, 'https://server/pods: it answers 403: Forbidden (user=x, verb=get)'],
    ['an endless reason', (_, response) => void response.writeHead(500).end('y'.repeat(100_000)), {}, 'https://server/pods: it answers 500'],
    ['a redirect', (_, response) => void response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end(), {}, 'https://server/pods: it answers 302'],
  ])('refuses %s', async (_, answer, options, message) => {
    expect(await refusal(answer, options)).toBe(message);
  });

  it('does not tell its token to a server of another authority', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/x', {});
    server.authority = 'other.crt';
    const client = new Client(server.endpoint);
    await expect(client.get('/x')).rejects.toThrow(/self-signed certificate/);
    expect([...server.tokens]).toEqual([]);
    server.authority = 'server.crt';
    expect(await client.get('/x')).toEqual({});
    client.close();
  });

  it('takes any certificate if it is told to', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/x', {});
    server.authority = 'other.crt';
    const client = new Client({ ...server.endpoint, insecure: true });
    expect(await client.get('/x')).toEqual({});
    client.close();
  });

  it('reads lines wherever they are cut, and ends where the server ends', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/w', (_, response) => {
      response.write('{"a":"\u00e9');
      setImmediate(() => response.write('"}\n{"a":2}\n{"a"'));
      setImmediate(() => setImmediate(() => response.end(':3}\n')));
    });
    const client = new Client(server.endpoint);
    const lines: unknown[] = [];
    await client.watch('/w', (line) => lines.push(line));
    expect(lines).toEqual([{ a: '\u00e9' }, { a: 2 }, { a: 3 }]);
    client.close();
  });

  it.each<[string, Answer, object, RegExp]>([
    ['a line without an end', (_, response) => void response.write('x'.repeat(100)), { most: 99 }, /a line of more than 99 characters/],
    ['silence', (_, response) => void response.write('{}\n'), { silence: 50 }, /no line for 0.05 s/],
    ['no answer', () => {}, { patience: 50 }, /no answer within 0.05 s/],
    ['what is not JSON', 'x\n', {}, /the answer is not JSON/],
  ])('ends a watch with %s', async (_, answer, options, message) => {
    await using server = await FakeServer.start();
    server.answers.set('/w', answer);
    const client = new Client(server.endpoint);
    await expect(client.watch('/w', () => {}, options)).rejects.toThrow(message);
    client.close();
  });

  it('aborts what is under way when it is closed', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/x', () => {});
    const client = new Client(server.endpoint);
    const asked = server.request('/x');
    const answer = expect(client.get('/x')).rejects.toThrow(/closed/);
    await asked;
    client.close();
    await answer;
  });
});
