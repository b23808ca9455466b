/** What the pump drives. */
export interface Pumped {
  /** One batch. `more`: records are left. */
  drain(): { readonly count: number; readonly more: boolean };
  /** Sets the doorbell; false when records wait already. */
  arm(): boolean;
}

/** Timers, injected so that tests can drive them. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Sets a timer that has done its work again: cheaper than a new one. */
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
 * Up to so many records a second, and so many at once, it sleeps again as soon as it has them: each is told at
 * once and pays for a wake-up, of which there are fewer than of looks every 2 ms.
 */
const QUIET_PER_MS = 1;
const QUIET_BURST = 16;

/** How long records may wait, in milliseconds. */
export interface Pace {
  /** While they come fast. */
  readonly coalesce: number;
  /** While it takes so long for `room` of them to come; not above coalesce: nobody waits for longer. */
  readonly patience: number;
  /** Records: a part of the ring that may fill between two looks. */
  readonly room: number;
}

/**
 * When to drain. While records come it looks at them every now and then and the
 * kernel rings no bell at all, since a wake-up costs far more than a record; when
 * the ring stays empty it sets the bell and sleeps. Who is patient does not look at
 * once when it rings soon after the last look: more records are likely to follow.
 */
export class Pump {
  readonly #target: Pumped;
  readonly #pace: Pace;
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  /** That of the last look, unless it was cancelled. */
  #timer: unknown;
  #timerMs = 0;
  #lastDrain = 0;
  /** How many records may still come before it is not quiet any more. */
  #allowance = QUIET_BURST;
  #stopped = false;

  constructor(target: Pumped, pace: Pace, timers: Timers = realTimers) {
    this.#target = target;
    this.#pace = pace;
    this.#timers = timers;
  }

  /** The bell rang. */
  ring(): void {
    const { patience, coalesce } = this.#pace;
    if (patience <= coalesce || this.#timers.now() - this.#lastDrain >= patience) this.run();
    else if (!this.#stopped && !this.#cancel) this.#later(patience);
  }

  /** Somebody wants what is there now. */
  run(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#stopped) return;
    const { count, more } = this.#target.drain();
    const now = this.#timers.now();
    const wait = this.#waitAfter(count, now - this.#lastDrain);
    const quiet = this.#isQuiet(count, now);
    // Whoever was handed the batch may have stopped us.
    if (this.#stopped || this.#cancel) return;
    if (more && count > 0) return this.#soon();
    if ((count === 0 || quiet) && this.#target.arm()) return;
    this.#later(wait);
  }

  /** As long as the room lasts, at the rate at which they came. */
  #waitAfter(count: number, elapsed: number): number {
    const { coalesce, patience, room } = this.#pace;
    return Math.max(coalesce, Math.min(patience, Math.floor((room * elapsed) / Math.max(count, 1))));
  }

  /** A bucket that fills with time and empties with records. */
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

  /** The timer has done its work: there is nothing to cancel. */
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
