import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';
import { DEFAULT_LIMITS } from './limits.ts';

class FakeResponse extends EventEmitter {
  writableEnded = false;
  readonly req: { readonly socket: { destroyed: boolean } };

  constructor(socket = { destroyed: false }) {
    super();
    this.req = { socket };
  }

  destroy = () => this.emit('close');
}

function gate(responses: number) {
  let now = 0;
  const made = new Gate({ ...DEFAULT_LIMITS, responses, slowReader: 100 }, () => now);
  const ran: string[] = [];
  const enter = (name: string, address: string, socket?: { destroyed: boolean }) => {
    const response = new FakeResponse(socket);
    made.enter(address, response as unknown as ServerResponse, () => ran.push(name));
    return response;
  };
  return { made, ran, enter, wait: (time: number) => ((now += time), made.check()) };
}

describe('Gate', () => {
  it('lets so many in, and the next when one has closed', () => {
    const { ran, enter } = gate(2);
    const [first] = ['1', '2', '3'].map((name) => enter(name, 'a'));
    expect(ran).toEqual(['1', '2']);
    first!.emit('close');
    expect(ran).toEqual(['1', '2', '3']);
  });

  it('prefers the address with the fewest running', () => {
    const { ran, enter } = gate(2);
    const [first] = ['1', '2', '3', '4'].map((name) => enter(name, 'a'));
    enter('other', 'b');
    first!.emit('close');
    expect(ran).toEqual(['1', '2', 'other']);
  });

  it('prefers, of one address, the connection with the fewest running', () => {
    const { ran, enter } = gate(3);
    const pipelines = { destroyed: false };
    const first = enter('1', 'a');
    for (const name of ['2', '3', '4']) enter(name, 'a', pipelines);
    enter('other', 'a');
    first.emit('close');
    expect(ran).toEqual(['1', '2', '3', 'other']);
  });

  it('forgets requests behind one whose connection is closed: their responses say nothing', () => {
    const { ran, enter, wait } = gate(1);
    const pipelines = { destroyed: false };
    enter('first', 'a', pipelines);
    for (const name of ['second', 'third']) enter(name, 'a', pipelines);
    enter('other', 'a');
    pipelines.destroyed = true;
    wait(0);
    expect(ran).toEqual(['first', 'other']);
  });

  it('forgets who has gone before its turn', () => {
    const { ran, enter } = gate(1);
    const [first, second] = ['1', '2', '3'].map((name) => enter(name, 'a'));
    second!.emit('close');
    first!.emit('close');
    expect(ran).toEqual(['1', '3']);
  });

  it('ends what nobody reads, but only while others wait', () => {
    const { ran, enter, wait } = gate(2);
    const stuck = enter('stuck', 'a');
    stuck.writableEnded = true;
    enter('at work', 'a');
    wait(0);
    wait(1000);
    expect(ran).toEqual(['stuck', 'at work']);
    enter('waits', 'b');
    wait(0);
    expect(ran).toEqual(['stuck', 'at work', 'waits']);
  });
});
