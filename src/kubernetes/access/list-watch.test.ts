import { describe, expect, it } from 'vitest';
import { FakeServer, FakeWatch, list } from '../fixtures.ts';
import { Backoff } from './backoff.ts';
import { Client } from './client.ts';
import { ListWatch, type ListWatchOptions } from './list-watch.ts';

const PATH = '/api/v1/services';
const at = (version: string, name = 'x') => ({ metadata: { name, resourceVersion: version } });

/** What it tells, as lines; and who waits for one. */
class Told {
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];

  say(line: string): void {
    this.lines.push(line);
    for (const one of this.#waiting.splice(0)) one();
  }

  async until(line: string): Promise<void> {
    while (!this.lines.includes(line)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

function follow(server: FakeServer, told: Told, more: Partial<ListWatchOptions> = {}) {
  const client = new Client(server.endpoint);
  const name = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;
  const following = new ListWatch({
    client,
    path: PATH,
    onList: (objects) => told.say(`list ${objects.map(name).join(' ')}`),
    onSet: (object) => told.say(`set ${name(object)}`),
    onDelete: (object) => told.say(`delete ${name(object)}`),
    onState: (error) => told.say(error === undefined ? 'fine' : error.message.replace(client.name, 'server')),
    backoff: new Backoff({ first: 1, most: 1 }),
    spread: 10,
    ...more,
  });
  following.start();
  return {
    async [Symbol.asyncDispose]() {
      client.close();
      await following.close();
    },
  };
}

/** Requests without the time-outs of watches, which are by chance. */
const asked = (server: FakeServer) => server.asked.map((url) => decodeURIComponent(url).replace(`${PATH}?`, '').replace(/&timeoutSeconds=\d+/, '').replace('watch=true&allowWatchBookmarks=true', 'watch'));

describe('ListWatch', () => {
  it('reads page by page, then follows from the version of the list', async () => {
    await using server = await FakeServer.start();
    const [told, watch] = [new Told(), new FakeWatch()];
    server.answers.set(`${PATH}?limit=2`, list([at('1', 'a'), at('2', 'b')], '100', 'more&more'));
    server.answers.set(`${PATH}?limit=2&continue=more%26more`, list([at('3', 'c')], '100'));
    server.answers.set(PATH, watch.answer);
    await using _ = follow(server, told, { page: 2 });
    await watch.opened();
    watch.send({ type: 'ADDED', object: at('101', 'd') }, { type: 'MODIFIED', object: at('102', 'a') }, { type: 'DELETED', object: at('103', 'b') });
    await told.until('delete b');
    expect(told.lines).toEqual(['list a b c', 'fine', 'set d', 'set a', 'delete b']);
    expect(asked(server)).toEqual(['limit=2', 'limit=2&continue=more&more', 'watch&resourceVersion=100']);
  });

  it('goes on after a break where it was: at the last event or bookmark', async () => {
    await using server = await FakeServer.start();
    const [told, watch] = [new Told(), new FakeWatch()];
    server.answers.set(`${PATH}?limit=500`, list([], '100'));
    server.answers.set(PATH, watch.answer);
    await using _ = follow(server, told);
    await watch.opened();
    watch.send({ type: 'ADDED', object: at('105', 'a') }, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '140' } } });
    await told.until('set a');
    watch.end();
    await watch.opened();
    expect(told.lines).toEqual(['list ', 'fine', 'set a']);
    expect(asked(server)).toEqual(['limit=500', 'watch&resourceVersion=100', 'watch&resourceVersion=140']);
  });

  it.each([
    ['by its status', (watch: FakeWatch, server: FakeServer) => (server.answers.set(PATH, 410), watch.end())],
    ['in the watch', (watch: FakeWatch) => watch.send({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })],
  ])('reads all again if what happened since is forgotten: Gone %s', async (_how, forget) => {
    await using server = await FakeServer.start();
    const [told, watch] = [new Told(), new FakeWatch()];
    server.answers.set(`${PATH}?limit=500`, list([at('1', 'a')], '100'));
    server.answers.set(PATH, watch.answer);
    await using _ = follow(server, told);
    await watch.opened();
    server.answers.set(`${PATH}?limit=500`, list([at('200', 'b')], '200'));
    forget(watch, server);
    await told.until('list b');
    expect(told.lines).toEqual(['list a', 'fine', 'list b']);
  });

  it('asks again when the API server is away and comes back', async () => {
    await using server = await FakeServer.start();
    const [told, watch] = [new Told(), new FakeWatch()];
    server.answers.set(PATH, 503);
    server.answers.set(`${PATH}?limit=500`, list([], '100'));
    await using _ = follow(server, told);
    await told.until(`https://server${PATH}: it answers 503`);
    server.answers.set(PATH, watch.answer);
    await watch.opened();
    await told.until('fine');
    expect(told.lines.at(-1)).toBe('fine');
    expect(told.lines.filter((line) => line.startsWith('list'))).toEqual(['list ']);
  });

  it.each([
    ['a list without a version', { metadata: {}, items: [] }, `${PATH}: the answer is not a list`],
    ['a list of another kind', { metadata: { resourceVersion: '1' }, items: {} }, `${PATH}: the answer is not a list`],
    ['a list that is null', 'null', `${PATH}: the answer is not a list`],
  ])('does not take %s', async (_what, answer, message) => {
    await using server = await FakeServer.start();
    const told = new Told();
    server.answers.set(PATH, answer);
    await using _ = follow(server, told);
    await told.until(message);
    expect(new Set(told.lines)).toEqual(new Set([message]));
  });

  it.each([
    ['is none', [1], /a line is not an event/],
    ['has no version', { type: 'ADDED', object: { metadata: { name: 'x' } } }, /an event has no version/],
    ['is an error', { type: 'ERROR', object: { code: 500, message: 'etcd' } }, /the watch ends: etcd/],
  ])('breaks off a watch whose event %s, and goes on', async (_what, event, message) => {
    await using server = await FakeServer.start();
    const [told, watch] = [new Told(), new FakeWatch()];
    server.answers.set(`${PATH}?limit=500`, list([], '100'));
    server.answers.set(PATH, watch.answer);
    await using _ = follow(server, told);
    await watch.opened();
    const again = server.request(PATH);
    watch.send(event);
    await again;
    expect(told.lines.find((line) => message.test(line))).toBeDefined();
  });
});

describe('Backoff', () => {
  it('doubles up to a limit, with up to half of it by chance, and begins anew', () => {
    const backoff = new Backoff({ first: 100, most: 300, random: () => 0.5 });
    expect([backoff.take(), backoff.take(), backoff.take(), backoff.take()]).toEqual([125, 250, 375, 375]);
    backoff.reset();
    expect(backoff.take()).toBe(125);
  });

  it('does not wait once it is closed', async () => {
    const backoff = new Backoff({ first: 1e9 });
    const waiting = backoff.wait();
    backoff.close();
    await waiting;
    await backoff.wait();
  });
});
