import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connections, type Connection } from './connections.ts';
import { DEFAULT_LIMITS } from './limits.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  closed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.closed = true;
    this.emit('close');
  }
}

function connections(limit: number) {
  let now = 0;
  const made = new Connections({ ...DEFAULT_LIMITS, connections: limit, firstRequest: 10, nextRequest: 100, response: 1000 }, () => now);
  const open = (address: string) => {
    const socket = new FakeSocket(address);
    return { socket, connection: made.add(socket as unknown as Socket) };
  };
  const begin = (connection: Connection | undefined) => {
    const response = new EventEmitter();
    made.begin(connection!, response as unknown as ServerResponse);
    return response;
  };
  return { made, open, begin, wait: (time: number) => ((now += time), made.check()) };
}

describe('Connections', () => {
  it('gives the first request little time, the next ones more, and a response the most', () => {
    const { open, begin, wait } = connections(9);
    const silent = open('a').socket;
    const idle = open('a');
    const busy = open('a');
    begin(idle.connection).emit('close');
    begin(busy.connection);
    const closed = () => [silent, idle.socket, busy.socket].map((socket) => socket.closed);
    wait(10);
    expect(closed()).toEqual([false, false, false]);
    wait(1);
    expect(closed()).toEqual([true, false, false]);
    wait(90);
    expect(closed()).toEqual([true, true, false]);
    wait(899);
    expect(closed()).toEqual([true, true, false]);
    wait(1);
    expect(closed()).toEqual([true, true, true]);
  });

  it('makes room by a busy one of the address that has most, for one that has fewer', () => {
    const { open, begin } = connections(3);
    const greedy = [open('a'), open('a'), open('a')];
    for (const { connection } of greedy) begin(connection);
    expect(open('a').socket.closed).toBe(true);
    const other = open('b');
    begin(other.connection);
    expect([other, ...greedy].map(({ socket }) => socket.closed)).toEqual([false, true, false, false]);
    // Two against one: who has one may not have as many as the other at the other's expense.
    expect([open('b').socket, ...greedy.slice(1).map(({ socket }) => socket)].map((socket) => socket.closed)).toEqual([true, false, false]);
  });

  it('makes room by the oldest waiting one of the address that has most', () => {
    const { made, open, begin } = connections(4);
    const only = open('b');
    const busy = open('a');
    begin(busy.connection);
    const [older, newer] = [open('a'), open('a')];
    const last = open('c');
    expect([only, busy, older, newer, last].map(({ socket }) => socket.closed)).toEqual([false, false, true, false, false]);
    expect(made.size).toBe(4);
  });

  it('says whose client may still be reading a response', () => {
    const { made, open, begin, wait } = connections(9);
    const [silent, busy, served] = [open('a'), open('a'), open('a')].map(({ connection }) => connection!);
    begin(busy);
    begin(served).emit('close');
    const reads = () => [silent, busy, served].map((connection) => made.mayRead(connection!));
    expect(reads()).toEqual([false, true, true]);
    wait(DEFAULT_LIMITS.reads);
    expect(reads()).toEqual([false, true, true]);
    wait(1);
    expect(reads()).toEqual([false, true, false]);
  });

  it('refuses where every connection is at work', () => {
    const { open, begin } = connections(1);
    begin(open('a').connection);
    const { socket, connection } = open('b');
    expect([socket.closed, connection]).toEqual([true, undefined]);
  });
});
