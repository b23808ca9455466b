import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Readers } from './readers.ts';

type Request = Pick<IncomingMessage, 'socket' | 'headers'>;

const MINUTES_5 = 300_000;

class Connection extends EventEmitter {
  readonly remoteAddress: string;

  constructor(remoteAddress = '10.0.0.1') {
    super();
    this.remoteAddress = remoteAddress;
  }

  request(agent?: string): Request {
    return { socket: this as unknown as Socket, headers: agent === undefined ? {} : { 'user-agent': agent } };
  }
}

describe('Readers', () => {
  it('know a reader by address and User-Agent when it comes over a new connection', () => {
    const readers = new Readers();
    const first = new Connection();
    const reader = readers.of(first.request('curl'));
    first.emit('close', false);
    expect(readers.of(new Connection().request('curl'))).toBe(reader);
    expect(readers.of(new Connection().request('wget'))).not.toBe(reader);
    expect(readers.of(new Connection().request())).not.toBe(reader);
    expect(readers.of(new Connection('10.0.0.2').request('curl'))).not.toBe(reader);
  });

  it('know one reader over all connections of a proxy that says so', () => {
    const readers = new Readers();
    const [a, b] = [new Connection(), new Connection()];
    const via = (connection: Connection, client: string) => readers.of({ ...connection.request('p'), headers: { 'user-agent': 'p', 'x-forwarded-for': client } });
    const reader = via(a, '192.0.2.1');
    reader.sent(1000);
    expect(via(b, '192.0.2.1')).toBe(reader);
    expect(reader.since(2000)).toBe(1000);
    reader.sent(2000);
    expect(via(a, '192.0.2.1').since(3000)).toBe(2000);
    expect(via(a, '192.0.2.2')).not.toBe(reader);
    expect(readers.of(a.request('p'))).not.toBe(reader);
  });

  it('tell apart who keeps a connection each', () => {
    const readers = new Readers();
    const [a, b] = [new Connection(), new Connection()];
    const [first, second] = [readers.of(a.request('p')), readers.of(b.request('p'))];
    expect(first).not.toBe(second);
    expect([readers.of(a.request('p')), readers.of(b.request('p'))]).toEqual([first, second]);
    a.emit('close', false);
    expect(readers.of(new Connection().request('p'))).toBe(first);
  });

  it('over a connection that is not known get no series at 0 that one of the same name has had above 0', () => {
    const readers = new Readers();
    const connections = [new Connection(), new Connection()];
    const [first, second] = connections.map((each) => readers.of(each.request('p')));
    first!.sent(20);
    second!.sent(10);
    for (const each of connections) each.emit('close', false);
    expect([first!.seen, second!.seen]).toEqual([20, 10]);
    // Both may be the one that has had it.
    const again = [new Connection(), new Connection()].map((each) => readers.of(each.request('p')));
    expect(again.map(({ seen }) => seen)).toEqual([20, 20]);
    expect([again[0] === again[1], readers.size]).toEqual([false, 2]);
  });

  it('know one that leaves its old connection open, as Prometheus does when it loads its configuration again', () => {
    const readers = new Readers();
    const [old, fresh, other] = Array.from({ length: 3 }, () => new Connection());
    const first = readers.of(old!.request('p'));
    expect(first.since(1_000_000)).toBe(1_000_000 - MINUTES_5);
    first.sent(1_000_000);
    readers.of(old!.request('p'));
    const second = readers.of(fresh!.request('p'));
    expect([second === first, second.since(1_010_000)]).toEqual([false, 1_000_000]);
    // Also after a second time, when the first connection has closed at last.
    second.sent(1_010_000);
    readers.of(fresh!.request('p'));
    old!.emit('close', false);
    expect(readers.of(other!.request('p')).since(1_020_000)).toBe(1_010_000);
    expect(readers.of(new Connection().request('q')).since(1_030_000)).toBe(1_030_000 - MINUTES_5);
  });

  it('keep several apart behind one connection, as a proxy has it', () => {
    const readers = new Readers();
    const proxy = new Connection();
    const [a, b] = [readers.of(proxy.request('a')), readers.of(proxy.request('b'))];
    expect([readers.of(proxy.request('a')), readers.of(proxy.request('b'))]).toEqual([a, b]);
    expect(a).not.toBe(b);
  });

  it('forget who has no connection first, then the least recent', () => {
    const readers = new Readers(3);
    const [a, b, c, d] = Array.from({ length: 4 }, () => new Connection());
    const first = readers.of(a!.request('a'));
    const second = readers.of(b!.request('b'));
    readers.of(c!.request('c'));
    c!.emit('close', false);
    readers.of(d!.request('d'));
    expect(readers.size).toBe(3);
    expect(readers.of(a!.request('a'))).toBe(first);
    readers.of(new Connection().request('e'));
    expect([readers.of(a!.request('a')), readers.size]).toEqual([first, 3]);
    expect(readers.of(b!.request('b'))).not.toBe(second);
  });

  it('are forgotten by the share of their address and connection, so that nobody can make others forgotten', () => {
    const readers = new Readers(64);
    const prometheus = readers.of(new Connection('10.0.0.9').request('p'));
    const idle = new Connection('10.0.0.8');
    const closed = readers.of(idle.request('p'));
    idle.emit('close', false);
    const one = new Connection('10.0.0.1');
    for (let i = 0; i < 300; i++) readers.of(one.request(`agent ${i}`));
    expect(readers.size).toBe(18);
    for (let i = 0; i < 300; i++) readers.of(new Connection('10.0.0.1').request(`agent ${i}`));
    expect(readers.size).toBe(64);
    expect(readers.of({ socket: prometheus.socket!, headers: { 'user-agent': 'p' } })).toBe(prometheus);
    expect(readers.of(new Connection('10.0.0.8').request('p'))).toBe(closed);
  });

  it('are told apart by a part of a long name only', () => {
    const readers = new Readers();
    const reader = readers.of(new Connection().request('x'.repeat(16_000)));
    expect(reader.name).toBe(`10.0.0.1 ${'x'.repeat(256)}`);
  });
});

describe('what a reader has seen', () => {
  type Step = ['sent', number] | ['next'] | ['closed'] | ['reset'];

  it.each<[string, Step[], number | undefined]>([
    ['nothing', [], undefined],
    ['nothing of what was not sent whole', [['closed']], undefined],
    ['what was sent when it asks for more', [['sent', 1], ['next']], 1],
    ['what was sent when it closes', [['sent', 1], ['closed']], 1],
    ['not what was sent when it resets', [['sent', 1], ['reset']], undefined],
    ['at the second reset what was sent before the first', [['sent', 1], ['reset'], ['next'], ['sent', 2], ['reset']], 1],
    ['at the third what was sent before the second', [['sent', 1], ['reset'], ['next'], ['sent', 2], ['reset'], ['next'], ['sent', 3], ['reset']], 2],
    ['all after a reset and a good one', [['sent', 1], ['reset'], ['next'], ['sent', 2], ['next']], 2],
    ['not what came after', [['sent', 1], ['next'], ['sent', 2], ['reset']], 1],
  ])('%s', (_, steps, seen) => {
    const readers = new Readers();
    let connection = new Connection();
    const reader = readers.of(connection.request('p'));
    for (const [what, page] of steps) {
      if (what === 'sent') reader.sent(page);
      else if (what === 'next') expect(readers.of((connection = reader.socket === undefined ? new Connection() : connection).request('p'))).toBe(reader);
      else connection.emit('close', what === 'reset');
    }
    expect(reader.seen).toBe(seen);
    expect(reader.since(1_000_000)).toBe(seen ?? 1_000_000 - MINUTES_5);
  });
});
