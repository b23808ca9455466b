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

/** Few records after a long silence: sleep again at once, so that an idle node stays prompt. */
const QUIET_COUNT = 16;
const QUIET_AFTER_MS = 20;

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
  #lastDrain = -Infinity;
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
    const now = this.#timers.now();
    const silence = now - this.#lastDrain;
    this.#lastDrain = now;
    const { count, more } = this.#target.drain();
    // Whoever was handed the batch may have stopped us.
    if (this.#stopped || this.#cancel) return;
    if (more && count > 0) return this.#soon();
    const quiet = count <= QUIET_COUNT && silence > QUIET_AFTER_MS;
    if ((count === 0 || quiet) && this.#target.arm()) return;
    this.#later();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #soon(): void {
    const timer = this.#timers.setImmediate(() => this.run());
    this.#cancel = () => this.#timers.clearImmediate(timer);
  }

  #later(): void {
    const timer = this.#timers.setTimeout(() => this.run(), this.#coalesce);
    this.#cancel = () => this.#timers.clearTimeout(timer);
  }
}
