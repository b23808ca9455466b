/** The drain that the pump controls. */
export interface Pumped {
  /** Drains one batch. `more`: records are left. */
  drain(): { readonly count: number; readonly more: boolean };
  /** Sets the doorbell. Returns false if records wait already. */
  arm(): boolean;
}

/** Timers, injected so that tests can drive them. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Restarts an expired timer, which is cheaper than a new one. */
  refresh(timer: unknown): void;
  setImmediate(callback: () => void): unknown;
  clearImmediate(timer: unknown): void;
  now(): number;
}

const realTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  refresh: (timer) => void (timer as NodeJS.Timeout).refresh(),
  setImmediate: (callback) => setImmediate(callback),
  clearImmediate: (timer) => clearImmediate(timer as NodeJS.Immediate),
  now: () => performance.now(),
};

/**
 * Up to this rate and this burst, the pump sleeps again after each drain. Then each record is delivered at once
 * and costs a wake-up, which is less work than a drain every 2 ms.
 */
const QUIET_PER_MS = 1;
const QUIET_BURST = 16;

/** How long records may wait, milliseconds. */
export interface Pace {
  /** At a high rate. */
  readonly coalesce: number;
  /** At a rate at which `room` records take this long or longer. Not used if it is below coalesce. */
  readonly patience: number;
  /** Records: the part of the ring that may fill between two drains. */
  readonly room: number;
}

/**
 * Decides when to drain. While records arrive, it drains by a timer and the kernel
 * sends no wake-up, because a wake-up costs far more than a record. If the ring stays
 * empty, it sets the doorbell and sleeps. With patience, a doorbell soon after the
 * last drain does not cause a drain at once: more records are likely to follow.
 */
export class Pump {
  readonly #target: Pumped;
  #pace: Pace;
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  /** The timer of the last drain, unless cancelled. */
  #timer: unknown;
  #timerMs = 0;
  #lastDrain = 0;
  /** Number of further records that still count as a low rate. */
  #allowance = QUIET_BURST;
  #stopped = false;

  constructor(target: Pumped, pace: Pace, timers: Timers = realTimers) {
    this.#target = target;
    this.#pace = pace;
    this.#timers = timers;
  }

  /** Until further notice. Records that wait are due after the new time. */
  setPatience(patience: number): void {
    const shorter = patience < this.#pace.patience;
    this.#pace = { ...this.#pace, patience };
    // A timer, and not a drain that comes at once.
    if (!shorter || this.#cancel !== this.#clear) return;
    this.#clear();
    this.#later(Math.max(this.#pace.coalesce, patience));
  }

  /** The doorbell rang. */
  ring(): void {
    const { patience, coalesce } = this.#pace;
    if (patience <= coalesce || this.#timers.now() - this.#lastDrain >= patience) this.run();
    else if (!this.#stopped && !this.#cancel) this.#later(patience);
  }

  /** Drains now. */
  run(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#stopped) return;
    const { count, more } = this.#target.drain();
    const now = this.#timers.now();
    const wait = this.#waitAfter(count, now - this.#lastDrain);
    const quiet = this.#isQuiet(count, now);
    // The subscriber may have stopped the pump.
    if (this.#stopped || this.#cancel) return;
    if (more && count > 0) return this.#soon();
    if ((count === 0 || quiet) && this.#target.arm()) return;
    this.#later(wait);
  }

  /** Milliseconds until the room is full at the current rate. */
  #waitAfter(count: number, elapsed: number): number {
    const { coalesce, patience, room } = this.#pace;
    return Math.max(coalesce, Math.min(patience, Math.floor((room * elapsed) / Math.max(count, 1))));
  }

  /** A token bucket: it fills with time and empties with records. */
  #isQuiet(count: number, now: number): boolean {
    const room = Math.min(QUIET_BURST, this.#allowance + (now - this.#lastDrain) * QUIET_PER_MS);
    this.#lastDrain = now;
    this.#allowance = Math.max(-QUIET_BURST, room - count);
    return this.#allowance >= 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  readonly #clear = (): void => {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  };

  #soon(): void {
    const timer = this.#timers.setImmediate(() => this.#due());
    this.#cancel = () => this.#timers.clearImmediate(timer);
  }

  /** The timer has expired, so there is nothing to cancel. */
  #due(): void {
    this.#cancel = undefined;
    this.run();
  }

  #later(ms: number): void {
    if (this.#timer !== undefined && this.#timerMs === ms) this.#timers.refresh(this.#timer);
    else this.#timer = this.#timers.setTimeout(() => this.#due(), ms);
    this.#timerMs = ms;
    this.#cancel = this.#clear;
  }
}
