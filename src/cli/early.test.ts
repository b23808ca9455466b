import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { takeEarlySignals } from './early.ts';

function outside() {
  const exits: number[] = [];
  return { exits, process: Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) }) };
}

describe('signals before the agent listens', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s ends with 0', (signal) => {
    const { exits, process } = outside();
    const release = takeEarlySignals(['--interval=1s'], process, () => false);
    process.emit(signal);
    expect([exits, release()]).toEqual([[0], false]);
    expect(process.eventNames()).toEqual([]);
  });

  it('SIGHUP waits, or ends with 0 when the terminal is gone', () => {
    const { exits, process } = outside();
    let gone = false;
    const release = takeEarlySignals(['run'], process, () => gone);
    process.emit('SIGHUP');
    expect(exits).toEqual([]);
    gone = true;
    process.emit('SIGHUP');
    expect([exits, release()]).toEqual([[0], true]);
  });

  it.each([['doctor'], ['--log-level=info', 'config'], ['-V']])('%j is left to the system', (...argv) => {
    const { process } = outside();
    expect(takeEarlySignals(argv, process, () => false)()).toBe(false);
    expect(process.eventNames()).toEqual([]);
  });
});
