import { describe, expect, it } from 'vitest';
import { Pump } from './pump.ts';
import type { Timers } from './pump.ts';

interface Timer {
  at: number;
  readonly callback: () => void;
  readonly ms: number;
}

/** A clock and timers that the test advances, and a ring that holds `waiting` records. */
class World implements Timers {
  time = 0;
  timers: Timer[] = [];
  waiting = 0;
  batchSize = 100;
  log: string[] = [];
  readonly pump: Pump;

  constructor(patience = 0) {
    this.pump = new Pump({ drain: () => this.#drain(), arm: () => this.#arm() }, { coalesce: 2, patience, room: 800 }, this);
  }
  now = () => this.time;
  setTimeout = (callback: () => void, ms: number) => this.#add(callback, ms);
  setImmediate = (callback: () => void) => this.#add(callback, 0);
  clearTimeout = (timer: unknown) => (this.timers = this.timers.filter((t) => t !== timer));
  clearImmediate = this.clearTimeout;
  refresh = (timer: unknown) => {
    const { callback, ms } = timer as Timer;
    this.timers.push(Object.assign(timer as Timer, { at: this.time + ms, callback }));
  };
  /** Runs the next timer. */
  tick(): void {
    const timer = this.timers.shift();
    if (!timer) throw new Error('no timer is set');
    this.time = timer.at;
    timer.callback();
  }
  #add(callback: () => void, ms: number): unknown {
    const timer = { at: this.time + ms, callback, ms };
    this.timers.push(timer);
    return timer;
  }
  #drain() {
    const count = Math.min(this.waiting, this.batchSize);
    this.waiting -= count;
    this.log.push(`${this.time}:${count}`);
    return { count, more: this.waiting > 0 };
  }
  #arm(): boolean {
    this.log.push(this.waiting === 0 ? 'arm' : 'busy');
    return this.waiting === 0;
  }
}

describe('Pump', () => {
  it('sleeps at once when the ring is empty', () => {
    const world = new World();
    world.pump.run();
    expect(world.log).toEqual(['0:0', 'arm']);
    expect(world.timers).toHaveLength(0);
  });

  it('sleeps at once after few records', () => {
    const world = new World();
    world.waiting = 16;
    world.pump.run();
    expect(world.log).toEqual(['0:16', 'arm']);
  });

  /** Rings the bell every 2 ms, each time for this number of records. Returns how often the pump slept again at once. */
  function slept(world: World, records: number, times: number): number {
    for (let i = 0; i < times; i++) {
      world.time += 2;
      world.waiting = records;
      world.pump.run();
    }
    return world.log.filter((line) => line === 'arm').length;
  }

  it('sleeps at once as long as there are no more than 1000 records a second', () => {
    expect(slept(new World(), 2, 1000)).toBe(1000);
  });

  it('does not when there are more, once it has had its burst', () => {
    // The first time leaves 16 - 3; each further time leaves one less, down to 0.
    const world = new World();
    expect(slept(world, 3, 1000)).toBe(14);
    expect(world.timers).toHaveLength(1);
  });

  it('drains soon when it may be patient no more', () => {
    const world = new World(50);
    world.waiting = 1;
    world.pump.run();
    world.time = 1;
    world.waiting = 1;
    world.pump.ring();
    expect(world.timers).toMatchObject([{ at: 51 }]);
    world.pump.setPatience(10);
    expect(world.timers).toMatchObject([{ at: 11 }]);
    // Not later than it was to be.
    world.pump.setPatience(50);
    expect(world.timers).toMatchObject([{ at: 11 }]);
    world.tick();
    expect(world.log).toEqual(['0:1', 'arm', '11:1', 'arm']);
  });

  it('is quiet again soon after a flood', () => {
    const world = new World();
    world.waiting = 1e6;
    world.batchSize = 1e6;
    world.pump.run();
    world.tick();
    expect(world.log).toEqual(['0:1000000', '2:0', 'arm']);
    world.time += 16;
    world.waiting = 1;
    world.pump.run();
    expect(world.log.slice(3)).toEqual(['18:1', 'arm']);
  });

  it('under load looks again after the coalescing time, without the bell, until the ring stays empty', () => {
    const world = new World();
    world.waiting = 17;
    world.pump.run();
    world.waiting = 5;
    world.tick();
    world.tick();
    expect(world.log).toEqual(['0:17', '2:5', '4:0', 'arm']);
    expect(world.timers).toHaveLength(0);
  });

  it('goes on at once while a batch does not hold all', () => {
    const world = new World();
    world.waiting = 250;
    world.pump.run();
    world.tick();
    world.tick();
    expect(world.log).toEqual(['0:100', '0:100', '0:50']);
  });

  it('looks again when records came between the drain and the bell', () => {
    const world = new World();
    // The ring contains a record that is still being written, so it cannot be drained yet.
    world.batchSize = 0;
    world.waiting = 1;
    world.pump.run();
    expect(world.log).toEqual(['0:0', 'busy']);
    expect(world.timers.map(({ at }) => at)).toEqual([2]);
  });

  it('does not look at once when it is patient, and never waits for more than there is room for', () => {
    const world = new World(20);
    world.time = 100;
    world.waiting = 1;
    world.pump.ring();
    expect(world.log).toEqual(['100:1', 'arm']);
    world.log = [];
    world.time = 119;
    world.waiting = 1;
    world.pump.ring();
    world.pump.ring();
    expect([world.log, world.timers.map(({ at }) => at)]).toEqual([[], [139]]);
    world.waiting = 9;
    world.tick();
    expect(world.log).toEqual(['139:9', 'arm']);
    // 100 in 20 ms, so 800 in 160: 20. Then 90 in 1 ms, so 800 in 8.
    world.time = 159;
    world.waiting = 100;
    world.pump.run();
    expect(world.timers.map(({ at }) => at)).toEqual([179]);
    world.time = 160;
    world.waiting = 90;
    world.pump.run();
    expect(world.timers.map(({ at }) => at)).toEqual([168]);
    world.batchSize = 1e6;
    world.time = 161;
    world.waiting = 10_000;
    world.pump.run();
    expect(world.timers.map(({ at }) => at)).toEqual([163]);
  });

  it('looks at once when the bell rings and it is not patient', () => {
    const world = new World();
    world.waiting = 1;
    world.pump.ring();
    expect(world.log).toEqual(['0:1', 'arm']);
  });

  it('has one timer at most, whoever calls', () => {
    const world = new World();
    world.waiting = 1000;
    world.pump.run();
    world.pump.run();
    world.pump.run();
    expect(world.timers).toHaveLength(1);
  });

  it('does nothing after stop', () => {
    const world = new World();
    world.waiting = 1000;
    world.pump.run();
    world.pump.stop();
    world.pump.run();
    expect(world.timers).toHaveLength(0);
    expect(world.log).toEqual(['0:100']);
  });
});
