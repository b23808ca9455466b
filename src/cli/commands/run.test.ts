import { describe, expect, it } from 'vitest';
import type { Settings } from '../../config/index.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import { deferred, fakeHost, fakeLog } from '../fixtures.ts';
import { run } from './run.ts';

function start(debug = false) {
  const outside = fakeHost([]);
  const { log, lines } = fakeLog(debug);
  const code = run({ settings: {} as Settings, log, host: outside.host, load: () => Promise.resolve({} as Settings) });
  return { ...outside, lines, code };
}

describe('run', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s stops the agent and ends with 0', async (signal) => {
    const { events, agent, lines, code } = start();
    await agent.started.promise;
    events.emit(signal, signal);
    expect(await code).toBe(0);
    expect(agent.stops).toBe(1);
    expect(lines.slice(1)).toEqual([
      ['info', 'stopping', { signal }],
      ['info', 'stopped', {}],
    ]);
    expect(events.eventNames()).toEqual([]);
  });

  it('reads the settings again when SIGHUP came before it listened', async () => {
    const outside = fakeHost([]);
    outside.seen.hangUpCame = true;
    const code = run({ settings: {} as Settings, log: fakeLog().log, host: outside.host, load: () => Promise.resolve({ interval: 7 } as Settings) });
    await outside.agent.reloaded.promise;
    expect(outside.seen.reloads).toEqual([{ interval: 7 }]);
    outside.events.emit('SIGTERM', 'SIGTERM');
    expect(await code).toBe(0);
  });

  it('keeps a signal during the start until the agent stands', async () => {
    const outside = fakeHost([]);
    const gate = deferred();
    const loadAgent = async () => (await gate.promise, outside.host.loadAgent({} as Settings));
    const code = run({ settings: {} as Settings, log: fakeLog().log, host: { ...outside.host, loadAgent }, load: () => Promise.resolve({} as Settings) });
    outside.events.emit('SIGTERM', 'SIGTERM');
    gate.resolve();
    expect(await code).toBe(0);
    expect(outside.agent.stops).toBe(1);
  });

  it('takes a second signal within a second for the same wish, a later one as force', async () => {
    const { events, agent, seen, lines, code } = start();
    const stopped = deferred();
    agent.stop = () => stopped.promise;
    await agent.started.promise;
    events.emit('SIGINT', 'SIGINT');
    seen.now = 1000;
    events.emit('SIGTERM', 'SIGTERM');
    expect(seen.exits).toEqual([]);
    seen.now = 1001;
    events.emit('SIGINT', 'SIGINT');
    expect(seen.exits).toEqual([1]);
    expect(lines.at(-1)).toEqual(['error', 'ended by a second signal before the stop was complete', { signal: 'SIGINT' }]);
    stopped.resolve();
    await code;
  });

  it('reads the settings again at SIGHUP, and goes on', async () => {
    const { events, agent, seen, code } = start();
    await agent.started.promise;
    events.emit('SIGHUP', 'SIGHUP');
    await agent.reloaded.promise;
    expect([seen.reloads.length, agent.stops]).toEqual([1, 0]);
    events.emit('SIGTERM', 'SIGTERM');
    expect(await code).toBe(0);
  });

  it('stops at a SIGHUP that says the terminal is gone', async () => {
    const { events, agent, seen, code } = start();
    await agent.started.promise;
    seen.hungUp = true;
    events.emit('SIGHUP', 'SIGHUP');
    expect([await code, agent.stops, seen.reloads]).toEqual([0, 1, []]);
  });

  it('stops an agent that failed and ends with 1', async () => {
    const { agent, lines, code } = start();
    const error = new ConnwatchError('lost the ring.', { code: 'CW_BPF_LOAD', hint: 'Look.' });
    agent.failed.resolve(error);
    expect(await code).toBe(1);
    expect(agent.stops).toBe(1);
    expect(lines.slice(1)).toEqual([['fatal', 'lost the ring.', { code: 'CW_BPF_LOAD', hint: 'Look.' }]]);
  });

  it('ends with 1 when the agent cannot start, and with 2 when a setting is why', async () => {
    for (const [code, exit] of [['CW_PORT_IN_USE', 1], ['CW_CONFIG', 2]] as const) {
      const outside = fakeHost([]);
      const { log, lines } = fakeLog();
      const startAgent = () => Promise.reject(new ConnwatchError('no.', { code }));
      const host = { ...outside.host, loadAgent: () => Promise.resolve({ startAgent }) };
      expect(await run({ settings: {} as Settings, log, host, load: () => Promise.resolve({} as Settings) })).toBe(exit);
      expect(lines.at(-1)).toEqual(['fatal', 'no.', { code }]);
      expect(outside.events.eventNames()).toEqual([]);
    }
  });

  it('ends with 1 when stopping fails', async () => {
    const { events, agent, lines, code } = start();
    agent.stop = () => Promise.reject(new AggregateError([new Error('a'), new Error('b')], 'closing failed'));
    await agent.started.promise;
    events.emit('SIGTERM', 'SIGTERM');
    expect(await code).toBe(1);
    expect(lines.at(-1)).toMatchObject(['fatal', 'unexpected error: closing failed: a; b', { code: 'CW_INTERNAL' }]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('%s is logged and ends the process with 1', async (event) => {
    const { events, agent, seen, lines, code } = start(true);
    await agent.started.promise;
    const error = new Error('bug');
    events.emit(event, error);
    expect(seen.exits).toEqual([1]);
    expect(lines.at(-1)).toMatchObject(['fatal', 'unexpected error: bug', { code: 'CW_INTERNAL', err: error }]);
    events.emit('SIGTERM', 'SIGTERM');
    await code;
  });
});
