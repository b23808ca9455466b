import { describe, expect, it } from 'vitest';
import { Checker } from './checker.ts';
import type { Status } from './status.ts';
import { CollectionWatch } from './watch.ts';

function setUp() {
  const changes: Status[] = [];
  const checker = new Checker({ now: () => 1_700_000_000_999, onChange: (status) => changes.push(status) });
  return { checker, watch: new CollectionWatch(checker), changes };
}

describe('Checker', () => {
  it('is alive and not ready from the start', () => {
    expect(new Checker().isAlive()).toBe(true);
    expect(new Checker().isReady()).toBe(false);
  });

  it('has a status with whole Unix seconds', () => {
    expect(setUp().checker.status()).toEqual({ ready: false, alive: true, timestamp: 1_700_000_000 });
  });

  it('uses the wall clock by default', () => {
    const before = Math.floor(Date.now() / 1000);
    const { timestamp } = new Checker().status();
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('tells changes, and only changes', () => {
    const { checker, changes } = setUp();
    checker.setReady(true);
    checker.setReady(true);
    checker.setAlive(true);
    checker.setAlive(false);
    checker.setReady(false);
    expect(changes.map(({ ready, alive }) => [ready, alive])).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
  });

  it('is alive only when nobody objects', () => {
    const { checker } = setUp();
    checker.object('a');
    checker.object('b');
    checker.object('b');
    checker.withdraw('b');
    checker.withdraw('never said');
    expect(checker.isAlive()).toBe(false);
    checker.setAlive(true);
    expect(checker.isAlive()).toBe(false);
    checker.withdraw('a');
    expect(checker.isAlive()).toBe(true);
  });
});

describe('CollectionWatch', () => {
  it('takes three failures in a row', () => {
    const { checker, watch } = setUp();
    watch.collectionFailed();
    watch.collectionFailed();
    watch.collectionSucceeded();
    watch.collectionFailed();
    watch.collectionFailed();
    expect([checker.isAlive(), watch.failures]).toEqual([true, 2]);
    watch.collectionFailed();
    expect([checker.isAlive(), watch.failures]).toEqual([false, 3]);
  });

  it('is alive again with the first success', () => {
    const { checker, watch, changes } = setUp();
    for (let i = 0; i < 5; i++) watch.collectionFailed();
    watch.collectionSucceeded();
    expect(checker.isAlive()).toBe(true);
    expect(changes.map(({ alive }) => alive)).toEqual([false, true]);
  });

  it('never undoes what others found', () => {
    const { checker, watch } = setUp();
    checker.setAlive(false);
    watch.drainStalled();
    watch.collectionSucceeded();
    watch.drainResumed();
    expect(checker.isAlive()).toBe(false);
  });

  it('is not alive while the drain stalls', () => {
    const { checker, watch } = setUp();
    watch.drainStalled();
    watch.collectionSucceeded();
    expect(checker.isAlive()).toBe(false);
    watch.drainResumed();
    expect(checker.isAlive()).toBe(true);
  });

  it('leaves readiness alone', () => {
    const { checker, watch } = setUp();
    checker.setReady(true);
    watch.drainStalled();
    expect(checker.isReady()).toBe(true);
  });
});
