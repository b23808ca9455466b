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
  setImmediate(callback: () => void): unknown;
  clearImmediate(timer: unknown): void;
  now(): number;
}

const realTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
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

/**
 * When to drain. While records come it looks every `coalesce` milliseconds and
 * the kernel rings no bell at all, since a wake-up costs far more than a record;
 * when the ring stays empty it sets the bell and sleeps.
 */
export class Pump {
  readonly #target: Pumped;
  readonly #coalesce: number;
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  #lastDrain = 0;
  /** How many records may still come before it is not quiet any more. */
  #allowance = QUIET_BURST;
  #stopped = false;

  constructor(target: Pumped, coalesce: number, timers: Timers = realTimers) {
    this.#target = target;
    this.#coalesce = coalesce;
    this.#timers = timers;
  }

  /** The bell rang, or somebody wants what is there now. */
  run(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#stopped) return;
    const { count, more } = this.#target.drain();
    const quiet = this.#isQuiet(count);
    // Whoever was handed the batch may have stopped us.
    if (this.#stopped || this.#cancel) return;
    if (more && count > 0) return this.#soon();
    if ((count === 0 || quiet) && this.#target.arm()) return;
    this.#later();
  }

  /** A bucket that fills with time and empties with records. */
  #isQuiet(count: number): boolean {
    const now = this.#timers.now();
    const room = Math.min(QUIET_BURST, this.#allowance + (now - this.#lastDrain) * QUIET_PER_MS);
    this.#lastDrain = now;
    this.#allowance = Math.max(-QUIET_BURST, room - count);
    return this.#allowance >= 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #soon(): void {
    const timer = this.#timers.setImmediate(() => this.#due());
    this.#cancel = () => this.#timers.clearImmediate(timer);
  }

  /** The timer has done its work: there is nothing to cancel. */
  #due(): void {
    this.#cancel = undefined;
    this.run();
  }

  #later(): void {
    const timer = this.#timers.setTimeout(() => this.#due(), this.#coalesce);
    this.#cancel = () => this.#timers.clearTimeout(timer);
  }
}
