import { describe, expect, it } from 'vitest';
import type { Settings } from '../../config/index.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import { deferred, fakeLog } from '../fixtures.ts';
import { reloader } from './reload.ts';

const BEFORE = { interval: 5000, ringSize: 4096, logLevel: 'info' } as Settings;

/** A reloader whose file contains `next`, or which throws it. `turn` lets it run. */
function setUp(next: () => unknown) {
  const { log, lines } = fakeLog();
  const given: Settings[] = [];
  const loads: unknown[] = [];
  const load = async () => {
    const value = await next();
    loads.push(value);
    if (value instanceof Error) throw value;
    return value as Settings;
  };
  const reload = reloader({ settings: BEFORE, load, log });
  const agent = { reload: (settings: Settings) => void given.push(settings) };
  return { reload, agent, given, loads, lines, turn: () => new Promise(setImmediate) };
}

describe('reloader', () => {
  it('gives the agent what can change, and says what cannot', async () => {
    const { reload, agent, given, lines, turn } = setUp(() => ({ ...BEFORE, interval: 1000, ringSize: 8192 }));
    reload.agentIs(agent);
    reload.ask();
    await turn();
    expect(given).toEqual([{ ...BEFORE, interval: 1000 }]);
    expect(lines).toEqual([
      ['info', 'settings reloaded', { changed: ['interval'] }],
      ['warn', 'changed settings need a restart; the old values stay', { settings: ['ring-size'] }],
    ]);
    reload.ask();
    await turn();
    expect(lines.slice(2)).toEqual([
      ['info', 'settings reloaded', { changed: [] }],
      ['warn', 'changed settings need a restart; the old values stay', { settings: ['ring-size'] }],
    ]);
  });

  it('keeps the old ones when they cannot be read', async () => {
    const error = new ConnwatchError('not YAML.', { code: 'CW_CONFIG_FILE', hint: 'Fix it.' });
    const values: unknown[] = [error, { ...BEFORE, interval: 1000 }];
    const { reload, agent, given, lines, turn } = setUp(() => values.shift());
    reload.agentIs(agent);
    reload.ask();
    await turn();
    expect([given, lines]).toEqual([[], [['error', 'settings cannot be reloaded; the old ones stay', { code: 'CW_CONFIG_FILE', hint: 'Fix it.', error: 'not YAML.' }]]]);
    reload.ask();
    await turn();
    expect(lines.at(-1)).toEqual(['info', 'settings reloaded', { changed: ['interval'] }]);
  });

  it('keeps the old ones when the agent refuses them', async () => {
    const { reload, lines, turn } = setUp(() => ({ ...BEFORE, interval: 1000 }));
    let refuse = true;
    reload.agentIs({
      reload: () => {
        if (refuse) throw new RangeError('no');
      },
    });
    reload.ask();
    await turn();
    refuse = false;
    reload.ask();
    await turn();
    expect(lines.map((line) => [(line as [string])[0], (line as [string, string, { changed?: unknown }])[2].changed])).toEqual([
      ['error', undefined],
      ['info', ['interval']],
    ]);
  });

  it('waits for the agent', async () => {
    const { reload, agent, given, loads, turn } = setUp(() => BEFORE);
    reload.ask();
    await turn();
    expect(loads).toEqual([]);
    reload.agentIs(agent);
    await turn();
    expect(given).toEqual([BEFORE]);
  });

  it('does it once more when asked while it is at it, however often', async () => {
    const gate = deferred<unknown>();
    const { reload, agent, given, turn } = setUp(() => gate.promise);
    reload.agentIs(agent);
    for (let i = 0; i < 5; i++) reload.ask();
    gate.resolve(BEFORE);
    await turn();
    expect(given).toHaveLength(2);
  });

  it('touches nothing once the agent stops', async () => {
    const gate = deferred<unknown>();
    const { reload, agent, given, turn } = setUp(() => gate.promise);
    reload.agentIs(agent);
    reload.ask();
    reload.agentIs(undefined);
    gate.resolve({ ...BEFORE, interval: 1000 });
    await turn();
    expect(given).toEqual([]);
  });
});
